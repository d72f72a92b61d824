// Files: written whole or not at all, private to their owner.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Replaces a file in one step: a reader, or a kill at any moment, sees the old text or the new one. Mode 0600. */
export function writeFileAtomic(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}.new`;
  try {
    const fd = openSync(next, 'w', 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

/** The text of a file, or undefined when there is none. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Names in a directory, sorted; empty when there is no such directory. */
export function listDir(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Moves a file aside, keeping what is in it; the name of where it went. */
export function keepAside(path: string, now: number): string {
  const aside = `${path}.${now}.kept`;
  renameSync(path, aside);
  return aside;
}

/** What labs are read through: names, text, real paths and sizes, nothing else. */
export const labFiles = {
  readDir: (path: string): readonly string[] => readdirSync(path).sort(),
  readText: (path: string): string => readFileSync(path, 'utf8'),
  realPath: (path: string): string => realpathSync(path),
  size: (path: string): number => statSync(path).size,
  isDirectory: (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
};

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
