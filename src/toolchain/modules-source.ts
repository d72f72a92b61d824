// Programs from the Go modules under toolchain/: out of the cache, or built.

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import { buildModule, linkerFlags } from './build-modules.ts';
import { makeEntry } from './cache-entry.ts';
import { type GoModule, goModules, type ProgramName, readPin } from './go-modules.ts';
import { cachedProgram, type Program, type ProgramSource, programDir, programOf } from './program.ts';
import { arch, hashOf, type ToolchainRequest } from './request.ts';
import { withScratch } from './scratch.ts';

/** @throws LabError HOST_UNSUITABLE for a version that the modules are not pinned to */
export function modulesSource(request: ToolchainRequest, reporter: Reporter): ProgramSource {
  checkVersion(request);
  return {
    origin: 'modules',
    keyOf: async (name) => keyOf(name, request),
    get: async (names) => {
      const programs: Program[] = [];
      for (const module of goModules) {
        const missing: ProgramName[] = [];
        for (const name of names) {
          if (module.packages[name] === undefined) continue;
          const found = await cachedProgram(name, dirOf(name, request), request, reporter);
          if (found === undefined) missing.push(name);
          else programs.push(found);
        }
        if (missing.length > 0) programs.push(...(await build(module, missing, request, reporter)));
      }
      return programs;
    },
  };
}

async function build(
  module: GoModule,
  names: readonly ProgramName[],
  request: ToolchainRequest,
  reporter: Reporter,
): Promise<readonly Program[]> {
  return withScratch(request.cacheDir, async (scratch) => {
    await buildModule(module, names, scratch, request, reporter);
    const built: Program[] = [];
    for (const name of names) {
      const about = { program: name, origin: 'modules', version: readPin(request.home, module).version };
      const entry = await makeEntry(dirOf(name, request), about, async (next) => {
        renameSync(join(scratch, name), join(next, name));
      });
      built.push(programOf(name, entry));
    }
    return built;
  });
}

function dirOf(name: ProgramName, request: ToolchainRequest): string {
  return programDir(name, 'modules', keyOf(name, request), request);
}

/** The same sources with the same flags are the same program. */
function keyOf(name: ProgramName, { home }: ToolchainRequest): string {
  const module = goModules.find(({ packages }) => packages[name] !== undefined);
  if (module === undefined) throw new Error(`no Go module has ${name}`);
  const pin = readPin(home, module);
  return hashOf(name, arch, pin.hash, linkerFlags(module, pin.version));
}

function checkVersion({ home, version }: ToolchainRequest): void {
  const module = goModules.find(({ name }) => name === 'kubernetes');
  const pinned = module === undefined ? '' : readPin(home, module).version;
  if (pinned === version) return;
  throw new LabError('HOST_UNSUITABLE', `the Go modules that come with podlab are those of ${pinned}, not ${version}`, {
    hint: `Set podlab:kubernetes: { version: ${pinned} }, or use --from path or --from release.`,
  });
}
