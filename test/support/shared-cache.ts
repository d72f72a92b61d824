// Rooms of tests stand apart, but what takes minutes to build is shared: Kubernetes' programs and images, and disks of machines.

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { podlabPaths } from '../../src/host/paths.ts';

/** Each has its lock in it. */
const shared = ['toolchain', 'vm-images'];

/** That of a person on this machine, or of the run that this test is part of. */
function cacheOfRun(): string {
  const { PODLAB_ROOT: root, ...env } = process.env;
  return podlabPaths(process.geteuid?.() ?? 0, root === undefined ? env : { ...env, PODLAB_ROOT: root }).cache;
}

/** @param root what PODLAB_ROOT will say */
export function shareCache(root: string): void {
  mkdirSync(join(root, 'cache'), { recursive: true, mode: 0o700 });
  for (const name of shared) {
    const target = join(cacheOfRun(), name);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    symlinkSync(target, join(root, 'cache', name));
  }
}
