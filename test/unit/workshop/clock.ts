// A clock that moves only when somebody sleeps.

import type { Clock } from '../../../src/workshop/examine.ts';

export interface TestClock extends Clock {
  /** Lets time pass. */
  advance(ms: number): void;
}

export function stillClock(start = 1_000_000): TestClock {
  let now = start;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}
