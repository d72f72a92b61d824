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
  const mend = `podlab fleet up${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  if (options.watch === true) await watch(app, fleet, place, labs, mend);
  const rows = await rowsOf(fleet, place, labs, mend);
  app.answer(options.json === true, { workshop: fleet.workshop.name, seats: rows }, () => render(fleet, rows));
  return rows.every(({ room }) => room === 'up') ? exitCodes.done : exitCodes.no;
}

/** Until Ctrl-C. */
async function watch(app: App, fleet: Fleet, place: SeatPlace, labs: readonly Lab[], mend: string): Promise<void> {
  while (!app.signal.aborted) {
    app.stdout.write(
      `${app.stdout.isTTY === true ? clearScreen : ''}${render(fleet, await rowsOf(fleet, place, labs, mend))}`,
    );
    await pause(watchMs, undefined, { signal: app.signal }).catch(() => {});
  }
}

type Row = Awaited<ReturnType<typeof rowOf>>;

async function rowsOf(fleet: Fleet, place: SeatPlace, labs: readonly Lab[], mend: string): Promise<readonly Row[]> {
  const record = fleet.record();
  const { seats } = fleet.workshop;
  const states = await place.status(seats);
  return Promise.all(
    seats.map((seat, index) =>
      rowOf(place, seat, states[index] ?? { state: 'down', reason: '', hint: '' }, labs, record, mend),
    ),
  );
}

async function rowOf(
  place: SeatPlace,
  seat: Seat,
  { state, reason, hint }: SeatState,
  labs: readonly Lab[],
  record: ReturnType<Fleet['record']>,
  mend: string,
) {
  const { fault } = seatRecord(record, seat.stack);
  const { number, stack, person } = seat;
  return {
    seat: number,
    stack,
    person,
    room: state,
    why: state === 'up' ? '' : reason === '' ? (fault?.message ?? '') : reason,
    todo: todoOf(`${mend} ${seat.number}`, state, hint === '' && reason === '' ? (fault?.hint ?? '') : hint),
    progress: progressOfSeat(labs, await place.progress(seat)),
  };
}

/** Another `fleet up` is never wrong: it touches only what is not up. */
function todoOf(mend: string, state: SeatState['state'], hint: string): string {
  if (state === 'up' || state === 'starting') return '';
  return `${hint === '' ? '' : `${hint} Then: `}${mend}`;
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
  // A workshop that was not begun yet has nothing to be mended.
  const todo = rows
    .filter(({ why, todo: what }) => why !== '' && what !== '')
    .map(({ stack, todo: what }) => `${stack}: ${what}\n`);
  const table = renderTable(cells, ['seat', 'person', 'room', 'solved', 'at', 'mistake']);
  return `${table}\n${workshop.title}: ${up} of ${rows.length} rooms up\n${todo.join('')}`;
}

function stuck({ diagnosis, repeated }: Row['progress']): string {
  if (diagnosis === '') return '';
  return repeated >= stuckAfter ? `${diagnosis}, ${repeated} times` : diagnosis;
}
