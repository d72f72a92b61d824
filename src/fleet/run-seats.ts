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

export interface SeatWork<T> {
  readonly seats: readonly Seat[];
  /** How many at the same time, at least 1. */
  readonly parallel: number;
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
  const { seats, parallel, firstAlone, signal } = request;
  const outcomes = seats.map((seat): SeatOutcome<T> => ({ seat, state: 'left', ...nothing }));
  let next = 0;
  const takeOne = async () => {
    const at = next++;
    const seat = seats[at];
    if (seat === undefined) return;
    const outcome = await runSeat(request, seat);
    outcomes[at] = outcome;
    request.onEnd(outcome);
  };
  const takeAll = async () => {
    while (next < seats.length && !signal.aborted) await takeOne();
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
