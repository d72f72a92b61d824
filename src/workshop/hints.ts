// Which hint comes next, and whether it is open yet.

import type { Hint } from './exercise.ts';
import type { TaskProgress } from './progress.ts';
import type { HintOutcome } from './session.ts';

// The same mistake three times over: more trying will not help, whatever the hint waits for.
const stuckAfter = 3;

/** `lab`: as the lab gives them. `open`: the next one now. `closed`: not before the instructor opens them. */
export type HintRule = 'lab' | 'open' | 'closed';

/**
 * The next hint in order. One that waits for failed checks or for time is `locked`, with what is still missing, unless
 * the participant is stuck on one diagnosis. Once all have been shown the answer is `none-left`.
 */
export function nextHint(
  hints: readonly Hint[],
  record: TaskProgress,
  now: number,
  rule: HintRule = 'lab',
): HintOutcome {
  const hint = hints[record.hints];
  if (hint === undefined) return { kind: 'none-left' };
  if (rule === 'closed') return { kind: 'locked', fails: 0, ms: 0 };
  const fails = Math.max(0, hint.afterFails - record.fails);
  const ms = Math.max(0, hint.afterMs - (now - record.startedAt));
  const isOpen = rule === 'open' || record.sameDiagnosis >= stuckAfter;
  if ((fails > 0 || ms > 0) && !isOpen) return { kind: 'locked', fails, ms };
  return { kind: 'hint', number: record.hints + 1, of: hints.length, hint };
}
