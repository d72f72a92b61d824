// The programs of a version: one cache entry for each, filled from wherever they can be had.

import { copyFileSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import { buildModule, linkerFlags } from './build-modules.ts';
import { type Entry, entryFile, entryHash, makeEntry, openEntry } from './cache-entry.ts';
import { type GoModule, goModules, type ProgramName, readPin } from './go-modules.ts';
import { arch, cachePlaces, hashOf, shortHash, type ToolchainRequest } from './request.ts';

export interface Program {
  readonly name: ProgramName;
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
  /** `given`, `release` or `modules`. */
  readonly origin: string;
}

/** Programs from Go modules: out of the cache, or built. */
export async function programsFromModules(
  names: readonly ProgramName[],
  request: ToolchainRequest,
  reporter: Reporter,
): Promise<readonly Program[]> {
  const programs: Program[] = [];
  for (const module of goModules) {
    const ours = names.filter((name) => module.packages[name] !== undefined);
    if (ours.length === 0) continue;
    checkVersion(module, request);
    const missing: ProgramName[] = [];
    for (const name of ours) {
      const found = await cachedProgram(name, moduleProgramDir(name, module, request), request, reporter);
      if (found === undefined) missing.push(name);
      else programs.push(found);
    }
    if (missing.length > 0) programs.push(...(await build(module, missing, request, reporter)));
  }
  return programs;
}

/** What a program built from modules depends on, for keys. */
export function moduleKey(name: ProgramName, { home }: ToolchainRequest): string {
  const module = goModules.find(({ packages }) => packages[name] !== undefined);
  if (module === undefined) throw new Error(`no Go module has ${name}`);
  const pin = readPin(home, module);
  return hashOf(name, arch, pin.hash, linkerFlags(module, pin.version));
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
  return { name, file: entryFile(entry), sha256: entryHash(entry), origin: entry.about.origin ?? '' };
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

async function build(
  module: GoModule,
  names: readonly ProgramName[],
  request: ToolchainRequest,
  reporter: Reporter,
): Promise<readonly Program[]> {
  const { root } = cachePlaces(request.cacheDir);
  mkdirSync(root, { recursive: true });
  const scratch = mkdtempSync(join(root, 'build-'));
  try {
    await buildModule(module, names, scratch, request, reporter);
    const programs: Program[] = [];
    for (const name of names) {
      const about = { program: name, origin: 'modules', version: readPin(request.home, module).version };
      const entry = await makeEntry(moduleProgramDir(name, module, request), about, async (next) => {
        renameSync(join(scratch, name), join(next, name));
      });
      programs.push(programOf(name, entry));
    }
    return programs;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function moduleProgramDir(name: ProgramName, module: GoModule, request: ToolchainRequest): string {
  const { version } = readPin(request.home, module);
  return join(
    cachePlaces(request.cacheDir).programs,
    `${name}-${version}-modules-${shortHash(moduleKey(name, request))}`,
  );
}

function checkVersion(module: GoModule, { home, version }: ToolchainRequest): void {
  if (module.name !== 'kubernetes') return;
  const pinned = readPin(home, module).version;
  if (pinned === version) return;
  throw new LabError('HOST_UNSUITABLE', `the Go modules that come with podlab are those of ${pinned}, not ${version}`, {
    hint: `Set podlab:kubernetes: { version: ${pinned} }, or use --from path or --from release.`,
  });
}
