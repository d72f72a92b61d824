// Work that must not overlap, in the order in which it was asked for.

import { LabError } from '../error.ts';

/** @param most how many may wait; more are refused with STACK_BUSY */
export function oneAtATime(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (work) => {
    if (waiting > most) throw new LabError('STACK_BUSY', 'too much is going on', { hint: 'Wait for it to end.' });
    waiting += 1;
    const mine = last.then(work);
    last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };
}
