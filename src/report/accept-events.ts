// What a server does with a batch of events: takes those that go on from what it has, once each.

import { follows, type ReportEvent } from './event.ts';

export interface Accepted {
  /** To be appended, in this order. */
  readonly fresh: readonly ReportEvent[];
  /** `gap`: events before the batch are missing; send from `number` on. `fork`: another history than the one that is known. */
  readonly state: 'taken' | 'gap' | 'fork';
}

/**
 * @param known the events so far; only their numbers and hashes matter
 * @param batch in order
 */
export function acceptEvents(
  known: readonly Pick<ReportEvent, 'number' | 'hash'>[],
  batch: readonly ReportEvent[],
): Accepted {
  const fresh: ReportEvent[] = [];
  for (const event of batch) {
    const before = known[event.number - 1];
    if (before !== undefined) {
      // Sent again because our answer was lost.
      if (before.hash === event.hash) continue;
      return { fresh, state: 'fork' };
    }
    const last = fresh.at(-1) ?? known.at(-1);
    if (event.number > (last?.number ?? 0) + 1) return { fresh, state: 'gap' };
    if (!follows(event, last)) return { fresh, state: 'fork' };
    fresh.push(event);
  }
  return { fresh, state: 'taken' };
}
