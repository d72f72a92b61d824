// podlab fleet status: every seat's room and where its participant is.

import { setTimeout as pause } from 'node:timers/promises';
import { seatRecord } from '../../fleet/fleet-record.ts';
import { progressOfSeat, stuckAfter } from '../../fleet/seat-progress.ts';
import type { Seat } from '../../fleet/workshop.ts';
import type { Lab } from '../../workshop/exercise.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { readLab } from '../lab-files.ts';
import { openPlace, type SeatPlace, type SeatState } from '../seat-place.ts';
import { renderTable } from '../terminal/table.ts';

const watchMs = 2000;
const clearScreen = '\u001b[2J\u001b[H';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const place = await openPlace(app, fleet);
  const labs = await Promise.all(fleet.workshop.labs.map((name) => readLab(app, name)));
  if (options.watch === true) await watch(app, fleet, place, labs);
  const rows = await rowsOf(fleet, place, labs);
  app.answer(options.json === true, { workshop: fleet.workshop.name, seats: rows }, () => render(fleet, rows));
  return rows.every(({ room }) => room === 'up') ? exitCodes.done : exitCodes.no;
}

/** Until Ctrl-C. */
async function watch(app: App, fleet: Fleet, place: SeatPlace, labs: readonly Lab[]): Promise<void> {
  while (!app.signal.aborted) {
    app.stdout.write(
      `${app.stdout.isTTY === true ? clearScreen : ''}${render(fleet, await rowsOf(fleet, place, labs))}`,
    );
    await pause(watchMs, undefined, { signal: app.signal }).catch(() => {});
  }
}

type Row = Awaited<ReturnType<typeof rowOf>>;

async function rowsOf(fleet: Fleet, place: SeatPlace, labs: readonly Lab[]): Promise<readonly Row[]> {
  const record = fleet.record();
  const { seats } = fleet.workshop;
  const states = await place.status(seats);
  return Promise.all(
    seats.map((seat, index) => rowOf(place, seat, states[index] ?? { state: 'down', reason: '' }, labs, record)),
  );
}

async function rowOf(
  place: SeatPlace,
  seat: Seat,
  { state, reason }: SeatState,
  labs: readonly Lab[],
  record: ReturnType<Fleet['record']>,
) {
  const { fault } = seatRecord(record, seat.stack);
  const { number, stack, person } = seat;
  return {
    seat: number,
    stack,
    person,
    room: state,
    why: state === 'up' ? '' : reason === '' ? (fault?.message ?? '') : reason,
    progress: progressOfSeat(labs, await place.progress(seat)),
  };
}

function render({ workshop }: Fleet, rows: readonly Row[]): string {
  const cells = rows.map(({ stack, person, room, why, progress }) => [
    stack,
    person,
    why === '' ? room : `${room}: ${why}`,
    `${progress.solved}/${progress.tasks}`,
    progress.at,
    stuck(progress),
  ]);
  const up = rows.filter(({ room }) => room === 'up').length;
  return `${renderTable(cells, ['seat', 'person', 'room', 'solved', 'at', 'mistake'])}\n${workshop.title}: ${up} of ${rows.length} rooms up\n`;
}

function stuck({ diagnosis, repeated }: Row['progress']): string {
  if (diagnosis === '') return '';
  return repeated >= stuckAfter ? `${diagnosis}, ${repeated} times` : diagnosis;
}
