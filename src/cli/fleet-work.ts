// One thing done on many seats, with progress, a table at the end, and what failed remembered.

import { failedAt, seatRecord, withSeat } from '../fleet/fleet-record.ts';
import { type Lanes, runSeats, type SeatOutcome } from '../fleet/run-seats.ts';
import type { Seat } from '../fleet/workshop.ts';
import type { App } from './app.ts';
import { exitCodes } from './exit-codes.ts';
import type { Fleet } from './fleet.ts';

export interface FleetWork<T> {
  /** A present participle with its object: "building". */
  readonly title: string;
  readonly seats: readonly Seat[];
  readonly parallel: number;
  readonly lanes?: Lanes | undefined;
  readonly firstAlone: boolean;
  readonly work: (seat: Seat) => Promise<T>;
}

/** Runs it, and remembers of each seat why it failed, until it is done. */
export async function onSeats<T>(app: App, fleet: Fleet, request: FleetWork<T>): Promise<readonly SeatOutcome<T>[]> {
  const { seats, title } = request;
  const reporter = await app.reporter();
  let failed = 0;
  let ended = 0;
  return reporter.step(`${title} ${seats.length} ${seats.length === 1 ? 'seat' : 'seats'}`, (update) =>
    runSeats({
      ...request,
      signal: app.signal,
      now: () => performance.now(),
      onEnd: ({ seat, fault }) => {
        ended++;
        if (fault !== undefined) failed++;
        update(`${ended} of ${seats.length}${failed === 0 ? '' : `, ${failed} failed`}`);
        fleet.remember((record) => {
          const { fault: _before, ...known } = seatRecord(record, seat.stack);
          const now = fault === undefined ? {} : { fault: failedAt(fault, Date.now()) };
          return withSeat(record, seat.stack, { ...known, ...now });
        });
      },
    }),
  );
}

/** Notes that podlab makes the room of a seat, or has removed it: what may be removed by this workshop. */
export function setWanted(fleet: Fleet, seat: Seat, wanted: boolean): void {
  const host = wanted ? fleet.hostOf(seat) : '';
  fleet.remember((record) => {
    const { host: _before, ...known } = seatRecord(record, seat.stack);
    return withSeat(record, seat.stack, { ...known, wanted, ...(host === '' ? {} : { host }) });
  });
}

/** Prints what came of it: a line for every seat that is not done, and how to go on. */
export function answerOutcomes<T>(
  app: App,
  json: boolean,
  fleet: Fleet,
  outcomes: readonly SeatOutcome<T>[],
  words: { readonly done: string; readonly again: string; readonly shared?: readonly string[] },
): number {
  const { name } = fleet.workshop;
  const bad = outcomes.filter(({ state }) => state !== 'done');
  const rows = outcomes.map(({ seat, state, ms, result, fault }) => ({
    seat: seat.number,
    stack: seat.stack,
    person: seat.person,
    state,
    ms,
    ...(result === undefined ? {} : { result }),
    ...(fault === undefined ? {} : { fault }),
  }));
  const { shared = [] } = words;
  const also = shared.length === 0 ? [] : [`Also removed: ${shared.join(', ')}`];
  app.answer(json, { workshop: name, seats: rows, ...(shared.length === 0 ? {} : { shared }) }, () => {
    const good = outcomes.length - bad.length;
    const lines = bad.map(({ seat, state, fault }) =>
      fault === undefined
        ? `${seat.stack}: ${state}, not begun`
        : `${seat.stack}: ${fault.message} [${fault.code}]${fault.hint === '' ? '' : `\n    ${fault.hint}`}`,
    );
    const all = `${name}: ${good} of ${outcomes.length} ${outcomes.length === 1 ? 'seat' : 'seats'} ${words.done}`;
    const next =
      bad.length === 0
        ? []
        : [`Again, for these alone: ${words.again} ${bad.map(({ seat }) => seat.number).join(' ')}`];
    return `${[...lines, all, ...also, ...next].join('\n')}\n`;
  });
  return bad.length === 0 ? exitCodes.done : exitCodes.no;
}
