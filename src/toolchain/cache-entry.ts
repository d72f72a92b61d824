// One directory of the cache: files with a manifest that knows the hash of each, there as a whole or not at all.

import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { hashFile } from './hash-file.ts';

export interface EntryFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Milliseconds since 1970, when the hash was taken. */
  readonly mtimeMs: number;
}

export interface Entry {
  readonly dir: string;
  /** What it is and where it comes from; the maker's own words. */
  readonly about: Readonly<Record<string, string>>;
  readonly files: readonly EntryFile[];
}

const manifestName = 'manifest.json';

/**
 * Opens an entry if every file in it is as it was: by size and time, and by hash when one of them differs.
 *
 * @param verify reads every byte anyway
 * @returns undefined when there is none, or `damaged` with what is wrong with it
 */
export async function openEntry(
  dir: string,
  verify: boolean,
): Promise<{ readonly entry: Entry } | { readonly damaged: string } | undefined> {
  const text = readTextIfExists(join(dir, manifestName));
  if (text === undefined) return undefined;
  const manifest = parseManifest(text);
  if (manifest === undefined) return { damaged: `${basename(dir)}: its manifest is not readable` };
  for (const file of manifest.files) {
    const stat = statSync(join(dir, file.name), { throwIfNoEntry: false });
    if (stat === undefined) return { damaged: `${basename(dir)}: ${file.name} is missing` };
    if (stat.size === file.bytes && stat.mtimeMs === file.mtimeMs && !verify) continue;
    if (stat.size !== file.bytes) {
      return { damaged: `${basename(dir)}: ${file.name} has ${stat.size} bytes instead of ${file.bytes}` };
    }
    if ((await hashFile(join(dir, file.name))) !== file.sha256) {
      return { damaged: `${basename(dir)}: the content of ${file.name} is not what it was` };
    }
  }
  return { entry: { dir, ...manifest } };
}

/** Makes an entry: `fill` puts the files into a directory that takes its place, instead of what was there, when it is complete. */
export async function makeEntry(
  dir: string,
  about: Readonly<Record<string, string>>,
  fill: (dir: string) => Promise<void>,
): Promise<Entry> {
  const next = `${dir}.${process.pid}.new`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true, mode: 0o755 });
  try {
    await fill(next);
    const files: EntryFile[] = [];
    for (const name of readdirSync(next).sort()) {
      const { size, mtimeMs } = statSync(join(next, name));
      files.push({ name, bytes: size, mtimeMs, sha256: await hashFile(join(next, name)) });
    }
    writeFileAtomic(join(next, manifestName), `${JSON.stringify({ format: 1, about, files }, undefined, 1)}\n`);
    // Nodes see programs through a read-only bind of their directory.
    chmodSync(next, 0o755);
    rmSync(dir, { recursive: true, force: true });
    renameSync(next, dir);
    return { dir, about, files };
  } catch (error) {
    rmSync(next, { recursive: true, force: true });
    throw error;
  }
}

/** Hash of the one file in it, or of all in order. */
export function entryHash(entry: Entry): string {
  return entry.files.map(({ sha256 }) => sha256).join('-');
}

/** Path of the first file of an entry. @throws Error when it is empty, which no maker makes */
export function entryFile(entry: Entry, name?: string): string {
  const file = name === undefined ? entry.files[0] : entry.files.find((one) => one.name === name);
  if (file === undefined) throw new Error(`cache entry ${entry.dir} has no file ${name ?? ''}`);
  return join(entry.dir, file.name);
}

function parseManifest(text: string): Omit<Entry, 'dir'> | undefined {
  try {
    const { format, about, files } = JSON.parse(text);
    return format === 1 && Array.isArray(files) && files.length > 0 ? { about, files } : undefined;
  } catch {
    return undefined;
  }
}
