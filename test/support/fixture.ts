// Recorded output of real programs, kept beside the tests that read it.

import { readFileSync } from 'node:fs';

/** @param from `import.meta.url` of the test; the file is in its `fixtures` directory */
export function fixture(from: string, name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, from), 'utf8');
}
