// Files: written whole or not at all, private to their owner.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LabError } from '../error.ts';

/** Replaces a file in one step: a reader, or a kill at any moment, sees the old text or the new one. Mode 0600. */
export function writeFileAtomic(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}.new`;
  try {
    const fd = openSync(next, 'w', 0o600);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw explained(path, error);
  }
}

/** Adds to the end of a file, all of the text or nothing, and waits until it is on the disk. Mode 0600. */
export function appendToFileSync(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, 'a', 0o600);
  const { size } = fstatSync(fd);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    // A full disk takes the beginning of a text; what is added next must not stand behind half a line.
    ftruncateSync(fd, size);
    throw explained(path, error);
  } finally {
    closeSync(fd);
  }
}

/**
 * The same while other work goes on: flushes of several files share the disk's time. Not for one file twice at once.
 */
export async function appendToFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await file.truncate(size);
      throw explained(path, error);
    }
  } finally {
    await file.close();
  }
}

/** Removes a directory that nothing is in. False when something is, or when there is none. */
export function removeIfEmpty(dir: string): boolean {
  try {
    rmdirSync(dir);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** A full disk is the machine's fault and can be mended; whatever was there before still is. */
function explained(path: string, cause: unknown): unknown {
  if (!['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '')) return cause;
  return new LabError('HOST_UNSUITABLE', `${path} could not be written: the disk is full`, {
    hint: 'Make room, then do the last step again; everything before it is saved.',
    cause,
  });
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

/** Differs whenever the file is another one or was written to; '' when there is none. */
export function fileStamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

/** Bytes; 0 for what is not on this machine, such as a URL. */
export function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
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

/** What labs are read through: names, bounded text and real paths, nothing else. */
export const labFiles = {
  readDir: async (path: string): Promise<readonly string[]> => orNotFound(path, () => readdirSync(path)),
  readText: async (path: string, maxBytes: number): Promise<string> => {
    const stat = orNotFound(path, () => statSync(path));
    // Reading a FIFO or a device may never end.
    if (!stat.isFile()) throw new LabError('LAB_INVALID', `${path} is no regular file`);
    const { size } = stat;
    if (size > maxBytes) throw new LabError('LAB_INVALID', `${path} holds ${size} bytes; ${maxBytes} are the most`);
    return readFileSync(path, 'utf8');
  },
  realPath: async (path: string): Promise<string> => orNotFound(path, () => realpathSync(path)),
};

function orNotFound<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isMissing(cause)) throw new LabError('NOT_FOUND', `there is no ${path}`, { cause });
    throw cause;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  // ESRCH: a file under /proc of a process that has just ended.
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ESRCH'].includes(code ?? '');
}
