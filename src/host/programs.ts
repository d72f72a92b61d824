// Where a program is.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * The absolute path of an executable, or undefined.
 *
 * @param path directories to look in, colon-separated, first one first
 */
export function locateProgram(name: string, path: string): string | undefined {
  return path
    .split(':')
    .map((dir) => join(dir, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
