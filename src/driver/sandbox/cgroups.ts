// The control groups under which a room's engines put their containers: /podlab/<stack>/… in every hierarchy.

import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const mountPoint = '/sys/fs/cgroup';

/** The path that an engine on a node gives to its containers' groups; our mark on them. */
export function cgroupParent(stack: string, node: string): string {
  return `/podlab/${stack}/${node}`;
}

/** Mount points of all hierarchies: cgroup v2 has one at the mount point itself, v1 one in each directory. */
export function cgroupRoots(): readonly string[] {
  if (existsSync(join(mountPoint, 'cgroup.controllers'))) return [mountPoint];
  return subdirectories(mountPoint);
}

/** Removes the empty groups that a room left behind: a killed engine can't. Groups of others are never touched. */
export function removeCgroups(stack: string): void {
  const roots = cgroupRoots();
  for (const root of roots) removeTree(join(root, 'podlab', stack));
  for (const root of roots) removeDir(join(root, 'podlab'));
}

// rmdir of a group removes its control files with it, so only directories count.
function removeTree(dir: string): void {
  for (const child of subdirectories(dir)) removeTree(child);
  removeDir(dir);
}

function subdirectories(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(dir, entry.name));
  } catch {
    return [];
  }
}

function removeDir(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // Not there, or another room's groups are still in it.
  }
}
