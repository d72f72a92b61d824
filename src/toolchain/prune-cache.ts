// Takes out of the cache what nothing refers to any more. Only while holding the cache's lock.

import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listDir, readTextIfExists } from '../host/files.ts';
import { recordName, type ToolchainRecord } from './record.ts';
import { cachePlaces } from './request.ts';

/** A store is built in seconds; one that a room was started from lately may be wanted again. */
const storeDays = 14;

/**
 * Removes programs that went into images only, images assembled for another version, and stores that were not used for long.
 * What somebody gave or what was pulled stays: it may not be had again.
 *
 * @param next is about to be written, in the place of the record of its version. Whoever finds it there has nothing to remove,
 *   whenever this was cut off
 */
export function pruneCache(cacheDir: string, next: ToolchainRecord): void {
  const { records, programs, images, stores } = cachePlaces(cacheDir);
  const others = listDir(records).filter((name) => name !== recordName(next.version));
  const known = [...others.map((name) => readTextIfExists(join(records, name)) ?? ''), JSON.stringify(next)].join('');
  const isKnown = (name: string) => known.includes(JSON.stringify(name));
  for (const name of listDir(programs)) if (!isKnown(name)) remove(programs, name);
  for (const name of listDir(images)) {
    const manifest = readTextIfExists(join(images, name, 'manifest.json')) ?? '';
    if (!isKnown(name) && manifest.includes('"origin": "assembled"')) remove(images, name);
  }
  const oldest = Date.now() - storeDays * 24 * 3600 * 1000;
  for (const name of listDir(stores)) if (statSync(join(stores, name)).mtimeMs < oldest) remove(stores, name);
}

function remove(dir: string, name: string): void {
  rmSync(join(dir, name), { recursive: true, force: true });
}
