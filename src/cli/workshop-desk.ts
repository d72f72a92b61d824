// Joins the instructor's page to this machine: who sits where, what is kept of reports and notices, the rooms that are here.

import { join } from 'node:path';
import { hashToken } from '../fleet/tokens.ts';
import {
  appendToFile,
  appendToFileSync,
  fileStamp,
  keepAside,
  readTextIfExists,
  writeFileAtomic,
} from '../host/files.ts';
import { openNoticeDesk } from '../report/notice-desk.ts';
import { openReportDesk, type SeatTexts } from '../report/report-desk.ts';
import { loadPictures } from '../web/assets.ts';
import type { InstructorDesk, TaskEntry } from '../web/instructor/desk.ts';
import { wordFor } from '../web/instructor/reports.ts';
import type { Lab } from '../workshop/exercise.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import { readLab } from './lab-files.ts';
import { workshopRooms } from './workshop-rooms.ts';

export interface WorkshopDesk {
  readonly desk: InstructorDesk;
  /** Tells the seats whose rooms it has what they have not heard. */
  deliver(): Promise<void>;
  /** Takes what happened at them, and what happens. @returns what ends it */
  watch(): Promise<() => void>;
}

export async function workshopDesk(app: App, fleet: Fleet, rootShells: boolean): Promise<WorkshopDesk> {
  const { name, title, opensAt, closesAt, hints, seats, labs: names } = fleet.workshop;
  const labs = await Promise.all(names.map((lab) => readLab(app, lab)));
  const stacks = seats.map(({ stack }) => stack);
  const record = cached(fleet);
  const rooms = await workshopRooms(app, { ...fleet, record }, labs, rootShells);
  const hashOf = (seat: string) => record().seats[seat]?.tokenHash ?? '';
  const [reportTexts, noticeTexts] = [seatTexts(app, name, 'reports'), seatTexts(app, name, 'notices')];
  const notices = openNoticeDesk(stacks, {
    ...noticeTexts,
    append: (seat, text) => appendToFileSync(noticeTexts.path(seat), text),
  });
  const desk: InstructorDesk = {
    ...{ name, title, opensAt, closesAt, hints, notices },
    seats: seats.map(({ stack, number, person }) => ({ seat: stack, number, person })),
    tasks: tasksOf(labs),
    reports: openReportDesk(stacks, {
      ...reportTexts,
      append: (seat, text) => appendToFile(reportTexts.path(seat), text),
    }),
    // Looked up each time: cards that are written meanwhile, and revoked tokens, take effect at once.
    grantOf: (token) => {
      const hash = hashToken(token);
      const seat = stacks.find((one) => hashOf(one) === hash);
      return seat === undefined ? undefined : { seat, isGood: () => hashOf(seat) === hash };
    },
    isHere: rooms.isHere,
    look: rooms.look,
    reset: rooms.reset,
    seatDesk: rooms.desk,
    pictures: workshopPictures(labs),
    warn: (text) => void app.stderr.write(`podlab: ${text}\n`),
  };
  const tell = (seat: string) => rooms.tell(seat, (heard) => wordFor(desk, seat, heard, Date.now()));
  notices.watch((seat) => {
    if (desk.isHere(seat)) void tell(seat).catch((error: Error) => desk.warn(`${seat}: ${error.message}`));
  });
  return {
    desk,
    deliver: async () => {
      for (const seat of stacks) if (desk.isHere(seat)) await tell(seat);
    },
    watch: () => rooms.watch(desk),
  };
}

/** What seats have reported, as it is kept; nothing is written, since a server may be at work on it. */
export function readReports(app: App, workshop: string, stacks: readonly string[]) {
  const { read } = seatTexts(app, workshop, 'reports');
  return openReportDesk(stacks, { read, append: async () => {}, write: () => {}, keepAside: (seat) => seat });
}

/** By the lab and their path in it. */
export function workshopPictures(labs: readonly Lab[]): InstructorDesk['pictures'] {
  return new Map(
    labs.flatMap((lab) => [...loadPictures(lab.dir)].map(([path, asset]) => [`${lab.name}/${path}`, asset] as const)),
  );
}

export function tasksOf(labs: readonly Lab[]): readonly TaskEntry[] {
  return labs.flatMap(({ exercises }) =>
    exercises.flatMap(({ id, tasks }) =>
      tasks.map((task) => ({ id: `${id}/${task.id}`, exercise: id, title: task.title })),
    ),
  );
}

/** One file for each seat. Names of seats are labels, so they are names of files. */
function seatTexts(
  app: App,
  workshop: string,
  kind: 'reports' | 'notices',
): SeatTexts & { path(seat: string): string } {
  const dir = join(app.paths.state, 'fleet', `${workshop}.${kind}`);
  const path = (seat: string) => join(dir, `${seat}.jsonl`);
  return {
    path,
    read: (seat) => readTextIfExists(path(seat)),
    write: (seat, text) => writeFileAtomic(path(seat), text),
    keepAside: (seat) => keepAside(path(seat), Date.now()),
  };
}

/** Two hundred seats that report at once need not read the same file two hundred times. */
function cached({ record, recordFile }: Fleet): Fleet['record'] {
  let stamp: string | undefined;
  let last = record();
  return () => {
    const now = fileStamp(recordFile);
    if (now !== stamp) last = record();
    stamp = now;
    return last;
  };
}
