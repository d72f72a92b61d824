// Does one thing on many seats: several at a time, and what fails on one seat stays with that seat.

import { LabError } from '../error.ts';
import type { Seat } from './workshop.ts';

export interface SeatFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface SeatOutcome<T> {
  readonly seat: Seat;
  /** `left`: not begun, because the work was stopped before. */
  readonly state: 'done' | 'failed' | 'left';
  readonly ms: number;
  /** What the work gave; undefined unless it is done. */
  readonly result: T | undefined;
  /** Why it failed; undefined unless it did. */
  readonly fault: SeatFault | undefined;
}

export interface Lanes {
  readonly of: (seat: Seat) => string;
  /** Seats of one lane at the same time, at least 1. */
  readonly most: number;
}

export interface SeatWork<T> {
  readonly seats: readonly Seat[];
  /** How many at the same time, at least 1. */
  readonly parallel: number;
  /** Seats that share something slow, such as a host; without it, nobody waits for anybody. */
  readonly lanes?: Lanes | undefined;
  /** The first seat alone, before the others: when they profit from what it leaves behind. */
  readonly firstAlone: boolean;
  readonly signal: AbortSignal;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  readonly work: (seat: Seat) => Promise<T>;
  /** Called once for each seat that was begun, when it ends. */
  readonly onEnd: (outcome: SeatOutcome<T>) => void;
}

/** One outcome for each seat, in the order of the seats. Never rejects for what a seat's work throws. */
export async function runSeats<T>(request: SeatWork<T>): Promise<readonly SeatOutcome<T>[]> {
  const { seats, parallel, lanes, firstAlone, signal } = request;
  const outcomes = seats.map((seat): SeatOutcome<T> => ({ seat, state: 'left', ...nothing }));
  const waiting = [...seats.keys()];
  const busy = new Map<string, number>();
  const laneOf = (at: number) => lanes?.of(seats[at] as Seat) ?? '';
  const isFree = (at: number) => lanes === undefined || (busy.get(laneOf(at)) ?? 0) < Math.max(1, lanes.most);
  /** Of a lane that is full, whoever is in it takes the rest. */
  const takeOne = async (): Promise<boolean> => {
    const found = waiting.findIndex(isFree);
    const [at] = found < 0 ? [] : waiting.splice(found, 1);
    if (at === undefined) return false;
    const count = (by: number) => busy.set(laneOf(at), (busy.get(laneOf(at)) ?? 0) + by);
    count(1);
    const outcome = await runSeat(request, seats[at] as Seat);
    count(-1);
    outcomes[at] = outcome;
    request.onEnd(outcome);
    return true;
  };
  const takeAll = async () => {
    while (!signal.aborted && (await takeOne()));
  };
  if (firstAlone && !signal.aborted) await takeOne();
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, takeAll));
  return outcomes;
}

async function runSeat<T>({ now, work }: SeatWork<T>, seat: Seat): Promise<SeatOutcome<T>> {
  const began = now();
  const since = () => Math.round(now() - began);
  try {
    const result = await work(seat);
    return { seat, state: 'done', ms: since(), result, fault: undefined };
  } catch (error) {
    return { seat, state: 'failed', ms: since(), result: undefined, fault: faultOf(error) };
  }
}

function faultOf(error: unknown): SeatFault {
  if (error instanceof LabError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: 'FAULT', message: error instanceof Error ? error.message : String(error), hint: '' };
}

const nothing = { ms: 0, result: undefined, fault: undefined };
