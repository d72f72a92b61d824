// A program in the cache, and what every source of programs can do.

import { copyFileSync, linkSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from '../reporter.ts';
import { type Entry, entryFile, openEntry } from './cache-entry.ts';
import type { ProgramName } from './go-modules.ts';
import { cachePlaces, shortHash, type ToolchainRequest } from './request.ts';

export interface Program {
  readonly name: ProgramName;
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
  readonly origin: Origin;
  readonly entry: Entry;
}

export type Origin = 'given' | 'release' | 'modules';

/** One way to come by programs. */
export interface ProgramSource {
  readonly origin: Origin;
  /** What a program of this source depends on, without having it; undefined when the source has no such program. */
  keyOf(name: ProgramName): Promise<string | undefined>;
  /** Programs that it has, out of the cache where possible. */
  get(names: readonly ProgramName[]): Promise<readonly Program[]>;
}

export function programDir(
  name: ProgramName,
  origin: Origin,
  key: string,
  { cacheDir, version }: ToolchainRequest,
): string {
  return join(cachePlaces(cacheDir).programs, `${name}-${version}-${origin}-${shortHash(key)}`);
}

/** A program in its entry if it is there and whole. */
export async function cachedProgram(
  name: ProgramName,
  dir: string,
  { verify }: ToolchainRequest,
  reporter: Reporter,
): Promise<Program | undefined> {
  const opened = await openEntry(dir, verify === true);
  if (opened === undefined) return undefined;
  if ('entry' in opened) return programOf(name, opened.entry);
  reporter.warn(`cached program is damaged and will be replaced: ${opened.damaged}`);
  return undefined;
}

export function programOf(name: ProgramName, entry: Entry): Program {
  const origin = entry.about.origin as Origin;
  return { name, file: entryFile(entry), sha256: entry.files[0]?.sha256 ?? '', origin, entry };
}

/** A second name for a file; a copy where links don't reach. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copyFileSync(from, to);
  }
}
