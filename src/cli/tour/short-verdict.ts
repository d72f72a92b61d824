// A verdict and what it rests on in a line or two, for the tour.

import type { Evidence, Task, Verdict } from '../../workshop/exercise.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { TextFormat } from '../terminal/markdown.ts';
import { renderVerdict } from '../terminal/verdict.ts';

/** The verdict's words, then which probe looked where; the observation itself is left to the verdict that passes. */
export function shortVerdict(verdict: Verdict, task: Pick<Task, 'id'>, format: TextFormat): string {
  const words = renderVerdict('evidence' in verdict ? { ...verdict, evidence: [] } : verdict, task, format);
  const seen = 'evidence' in verdict ? verdict.evidence.map(describeProbe) : [];
  return seen.length === 0 ? words : `${words}\n  seen by ${[...new Set(seen)].join('; ')}`;
}

function describeProbe({ probe, args }: Evidence): string {
  const where = Object.entries(args).map(
    ([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return sanitizeLine([probe, ...where].join(' '));
}
