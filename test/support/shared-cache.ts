// Rooms of tests stand apart, but the programs and images of Kubernetes take minutes to build: they are shared.

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { podlabPaths } from '../../src/host/paths.ts';

/** The toolchain that a person on this machine uses, or the one of the run that this test is part of. */
function toolchainCache(): string {
  const { PODLAB_ROOT: root, ...env } = process.env;
  const { cache } = podlabPaths(process.geteuid?.() ?? 0, root === undefined ? env : { ...env, PODLAB_ROOT: root });
  return join(cache, 'toolchain');
}

/** @param root what PODLAB_ROOT will say */
export function shareToolchain(root: string): void {
  const target = toolchainCache();
  mkdirSync(target, { recursive: true, mode: 0o700 });
  mkdirSync(join(root, 'cache'), { recursive: true, mode: 0o700 });
  symlinkSync(target, join(root, 'cache', 'toolchain'));
}
