// Finds the known word that somebody probably meant.

import { distance } from 'fastest-levenshtein';

/** The nearest of `known` when it is near enough to be a slip of the finger, else ''. */
export function nearest(word: string, known: Iterable<string>): string {
  // Nobody mistypes a hundred letters, and the distance costs their product.
  if (word.length > 100) return '';
  let best = '';
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const here = distance(word.toLowerCase(), candidate.toLowerCase());
    if (here < bestDistance) [best, bestDistance] = [candidate, here];
  }
  return best;
}

/** `Write X.` when there is something near, else the whole list. */
export function suggest(word: string, known: Iterable<string>): string {
  const all = [...known];
  const near = nearest(word, all);
  if (near !== '') return `Write \`${near}\`.`;
  return all.length === 0 ? '' : `Known are: ${all.join(', ')}.`;
}
