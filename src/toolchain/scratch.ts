// Files that nobody needs once the cache's lock is given back, and what is left of those whose podlab was killed.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listDir } from '../host/files.ts';
import { cachePlaces } from './request.ts';

/** Gives an empty directory to `work`, on the file system of the cache. Only while holding the cache's lock. */
export async function withScratch<T>(cacheDir: string, work: (dir: string) => Promise<T>): Promise<T> {
  const { scratch } = cachePlaces(cacheDir);
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const dir = mkdtempSync(join(scratch, 'work-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Removes what those left behind that were killed. Only while holding the cache's lock. */
export function removeUnfinished(cacheDir: string): void {
  const { scratch, programs, images, stores, records, bins } = cachePlaces(cacheDir);
  rmSync(scratch, { recursive: true, force: true });
  for (const dir of [programs, images, stores, records, bins]) {
    for (const name of listDir(dir)) {
      if (name.endsWith('.new')) rmSync(join(dir, name), { recursive: true, force: true });
    }
  }
}
