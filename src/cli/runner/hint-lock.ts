// Says when the next hint opens.

import type { HintOutcome } from '../../workshop/session.ts';
import { formatDuration } from '../terminal/duration.ts';

export function describeLock({ fails, ms }: Extract<HintOutcome, { kind: 'locked' }>): string {
  const conditions = [
    ...(fails > 0 ? [`after ${fails} more failed check${fails === 1 ? '' : 's'}`] : []),
    // Rounded up: a hint that is promised in 3 s must not be locked then.
    ...(ms > 0 ? [`in ${formatDuration(Math.ceil(ms / 1000) * 1000)}`] : []),
  ];
  if (conditions.length === 0) return 'The instructor opens the hints of this task; "podlab hand" asks for help.';
  return `The next hint opens ${conditions.join(' and ')}.`;
}
