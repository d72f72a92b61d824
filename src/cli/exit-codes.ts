// The exit codes of every verb; docs/troubleshooting.md lists them.

import type { ErrorCode } from '../error.ts';
import type { Verdict } from '../workshop/exercise.ts';

const usageErrors: readonly ErrorCode[] = ['USAGE', 'STACK_INVALID', 'LAB_INVALID', 'LAB_UNTRUSTED', 'NOT_FOUND'];

export const exitCodes = {
  done: 0,
  /** A check did not pass; a room that was asked for is not up. */
  no: 1,
  /** Bad words on the command line, a bad file, or nothing to test. */
  usage: 2,
  /** Nothing could be concluded: blocked by another task, or too noisy. */
  undecided: 3,
  /** The machine, a tool or the lab is at fault, not the participant. */
  broken: 4,
  /** A fault in podlab itself; the number is sysexits' EX_SOFTWARE. */
  fault: 70,
  interrupted: 130,

  of: (code: ErrorCode): number => (usageErrors.includes(code) ? 2 : code === 'CANCELLED' ? 130 : 4),

  ofVerdict: (kind: Verdict['kind']): number => ({ pass: 0, fail: 1, blocked: 3, inconclusive: 3, broken: 4 })[kind],
} as const;
