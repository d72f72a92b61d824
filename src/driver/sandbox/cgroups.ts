// The control groups under which a room's engines put their containers: /podlab/<stack>/… in every hierarchy.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const mountPoint = '/sys/fs/cgroup';

/** Where root's rooms are unless PODLAB_ROOT says otherwise. */
const usualPlace = '/run/podlab';

/**
 * The path that an engine on a node gives to its containers' groups; our mark on them. Two kubelets with one group would
 * take each other's pods for leftovers and kill them, so a room that is not in the usual place is marked with where it is.
 *
 * @param dir the room's runtime directory, whose last part is the stack's name
 */
export function cgroupParent(dir: string, node: string): string {
  return `${cgroupOfRoom(dir)}/${node}`;
}

/** What all groups of the room's nodes are in. */
export function cgroupOfRoom(dir: string): string {
  return `/podlab/${groupOf(dir)}`;
}

function groupOf(dir: string): string {
  const place = createHash('sha256').update(dir).digest('hex').slice(0, 8);
  return dirname(dir) === usualPlace ? basename(dir) : `${basename(dir)}.${place}`;
}

/** Mount points of all hierarchies: cgroup v2 has one at the mount point itself, v1 one in each directory. */
export function cgroupRoots(at = mountPoint): readonly string[] {
  if (existsSync(join(at, 'cgroup.controllers'))) return [at];
  return subdirectories(at);
}

/** Removes the empty groups that a room left behind: a killed engine can't. Groups of others are never touched. */
export function removeCgroups(dir: string): void {
  const roots = cgroupRoots();
  for (const root of roots) removeTree(join(root, 'podlab', groupOf(dir)));
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
