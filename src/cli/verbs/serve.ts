// podlab serve: the instructor's page of a workshop, and where its seats report to.

import { join } from 'node:path';
import { hashToken } from '../../fleet/tokens.ts';
import { appendToFile, keepAside, readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { openReportDesk, type ReportFiles } from '../../report/report-desk.ts';
import type { InstructorDesk, TaskEntry } from '../../web/instructor/desk.ts';
import { serveInstructor } from '../../web/instructor/serve.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { readLab } from '../lab-files.ts';
import { portOf, untilInterrupted } from '../page-server.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const desk = await deskFor(app, fleet);
  for (const aside of desk.reports.keptAside) {
    app.stderr.write(`podlab: a seat's reports were changed by hand; they are kept as ${aside}\n`);
  }
  const server = await serveInstructor(desk, portOf(options.port));
  try {
    const { name } = fleet.workshop;
    app.answer(options.json === true, { workshop: name, url: server.link(), reports: `${server.origin}/` }, () =>
      [server.link(), ''].join('\n'),
    );
    app.stderr.write(`Seats report to ${server.origin}/. The link opens the page once; Enter makes a new one.\n`);
    await untilInterrupted(app, () => app.stdout.write(`${server.link()}\n`));
  } finally {
    await server.close();
  }
  return exitCodes.done;
}

async function deskFor(app: App, { workshop, record }: Fleet): Promise<InstructorDesk> {
  const { title, closesAt, seats } = workshop;
  const names = seats.map(({ stack }) => stack);
  return {
    title,
    closesAt,
    seats: seats.map(({ stack, number, person }) => ({ seat: stack, number, person })),
    tasks: await tasksOf(app, workshop.labs),
    reports: openReportDesk(names, reportFiles(join(app.paths.state, 'fleet', `${workshop.name}.reports`))),
    // Read each time: cards that are written meanwhile make the old tokens void at once.
    seatOf: (token) => {
      const hash = hashToken(token);
      const known = record().seats;
      return names.find((name) => known[name]?.tokenHash === hash);
    },
  };
}

async function tasksOf(app: App, labs: readonly string[]): Promise<readonly TaskEntry[]> {
  const read = await Promise.all(labs.map((name) => readLab(app, name)));
  return read.flatMap(({ exercises }) =>
    exercises.flatMap(({ id, tasks }) =>
      tasks.map((task) => ({ id: `${id}/${task.id}`, exercise: id, title: task.title })),
    ),
  );
}

/** One file for each seat. Names of seats are labels, so they are names of files. */
function reportFiles(dir: string): ReportFiles {
  const path = (seat: string) => join(dir, `${seat}.jsonl`);
  return {
    read: (seat) => readTextIfExists(path(seat)),
    append: (seat, text) => appendToFile(path(seat), text),
    write: (seat, text) => writeFileAtomic(path(seat), text),
    keepAside: (seat) => keepAside(path(seat), Date.now()),
  };
}
