// "Did you mean": the known word that a mistyped one is closest to.

import { closest, distance } from 'fastest-levenshtein';

/** The closest of `known`, whatever the case, or undefined when none is close enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > 64) return undefined;
  const folded = word.toLowerCase();
  const twisted = known.find((candidate) => letters(candidate.toLowerCase()) === letters(folded));
  if (twisted !== undefined) return twisted;
  const byFolded = new Map(known.map((candidate) => [candidate.toLowerCase(), candidate]));
  const best = closest(folded, [...byFolded.keys()]);
  // One slip in three letters is a typo, more is another word. What all have in common (`podlab:`) says nothing.
  const length = best.length - (best.indexOf(':') + 1);
  return distance(folded, best) <= Math.max(1, Math.floor(length / 3)) ? byFolded.get(best) : undefined;
}

/** Two letters in the wrong order count as two changes elsewhere, and are the commonest slip of short words. */
function letters(word: string): string {
  return [...word].sort().join('');
}
