// The hint for a word that is not known.

import { nearest } from '../topology/nearest.ts';

/** `Write X.` when somebody probably meant X, else the whole list. */
export function suggest(word: string, known: Iterable<string>): string {
  const all = [...known];
  const near = nearest(word, all);
  if (near !== undefined) return `Write \`${near}\`.`;
  return all.length === 0 ? '' : `Known are: ${all.join(', ')}.`;
}
