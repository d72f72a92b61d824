// The control groups of a cluster's nodes: made before the kubelets, with the limits that the stack file gives a node.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../error.ts';
import type { Node } from '../../topology/topology.ts';
import { cgroupParent, cgroupRoots } from './cgroups.ts';

/** One value for a control file, relative to the root of a hierarchy. Data: compared with what it should be by tests. */
export interface CgroupStep {
  readonly dir: string;
  /** '' makes the directory only. */
  readonly file: string;
  readonly value: string;
}

const periodUs = 100_000;

/**
 * What has to be made in one hierarchy: the node's group with its limits, and `system` in it for its daemons, because a
 * group of cgroup v2 with processes of its own can't hand out controllers to the pods' groups. The same with and without
 * systemd: a controller can't be taken from a group whose children hand it out (cgroup-v2.rst, "Enabling and Disabling").
 *
 * @param dir the room's runtime directory
 * @param controllers those of the hierarchy: v2's `cgroup.controllers`, or the name of a v1 hierarchy
 */
export function planNodeCgroup(
  dir: string,
  node: Node,
  version: 1 | 2,
  controllers: readonly string[],
): readonly CgroupStep[] {
  const group = cgroupParent(dir, node.name);
  // /podlab, /podlab/stack, /podlab/stack/node: parents first.
  const levels = group
    .split('/')
    .slice(1)
    .map((_, index, words) => `/${words.slice(0, index + 1).join('/')}`);
  const make = (dir: string): CgroupStep => ({ dir, file: '', value: '' });
  if (version === 1) {
    return [
      // A new cpuset group is empty, and nothing can run in it, unless it copies its parent's.
      ...levels.flatMap((dir) => [
        ...(controllers.includes('cpuset') ? [{ dir: parentOf(dir), file: 'cgroup.clone_children', value: '1' }] : []),
        make(dir),
      ]),
      ...limitsV1(node, group, controllers),
      ...(controllers.includes('cpuset') ? [{ dir: group, file: 'cgroup.clone_children', value: '1' }] : []),
      make(`${group}/system`),
    ];
  }
  const handOut = controllers.map((name) => `+${name}`);
  return [
    ...handOut.map((value) => ({ dir: '/', file: 'cgroup.subtree_control', value })),
    ...levels.flatMap((dir) => [
      make(dir),
      ...handOut.map((value) => ({ dir, file: 'cgroup.subtree_control', value })),
    ]),
    ...limitsV2(node, group, controllers),
    make(`${group}/system`),
  ];
}

function limitsV1({ cpus, memoryMiB }: Node, dir: string, controllers: readonly string[]): readonly CgroupStep[] {
  return [
    ...(cpus > 0 && controllers.includes('cpu')
      ? [
          { dir, file: 'cpu.cfs_period_us', value: `${periodUs}` },
          { dir, file: 'cpu.cfs_quota_us', value: `${Math.round(cpus * periodUs)}` },
        ]
      : []),
    ...(memoryMiB > 0 && controllers.includes('memory')
      ? [{ dir, file: 'memory.limit_in_bytes', value: `${memoryMiB * 2 ** 20}` }]
      : []),
  ];
}

function limitsV2({ cpus, memoryMiB }: Node, dir: string, controllers: readonly string[]): readonly CgroupStep[] {
  return [
    ...(cpus > 0 && controllers.includes('cpu')
      ? [{ dir, file: 'cpu.max', value: `${Math.round(cpus * periodUs)} ${periodUs}` }]
      : []),
    ...(memoryMiB > 0 && controllers.includes('memory')
      ? [{ dir, file: 'memory.max', value: `${memoryMiB * 2 ** 20}` }]
      : []),
  ];
}

/**
 * @param roots mount points of the hierarchies
 * @throws LabError COMMAND_FAILED naming the file that could not be written
 */
export function makeNodeCgroups(dir: string, nodes: readonly Node[], roots = cgroupRoots()): void {
  for (const root of roots) {
    const { version, controllers } = kindOf(root);
    for (const node of nodes) for (const step of planNodeCgroup(dir, node, version, controllers)) take(root, step);
  }
}

/** What a hierarchy is, by its mount point. A hybrid host has v1's beside a v2 without controllers. */
export function kindOf(root: string): { readonly version: 1 | 2; readonly controllers: readonly string[] } {
  const unified = join(root, 'cgroup.controllers');
  if (existsSync(unified))
    return { version: 2, controllers: readFileSync(unified, 'utf8').trim().split(' ').filter(Boolean) };
  return { version: 1, controllers: (root.split('/').at(-1) ?? '').split(',') };
}

function take(root: string, { dir, file, value }: CgroupStep): void {
  const path = join(root, dir, file);
  try {
    if (file === '') mkdirSync(path, { recursive: true });
    else writeFileSync(path, value);
  } catch (cause) {
    // A controller that the machine keeps for itself; the kubelet says so if it is one that it needs.
    if (file === 'cgroup.subtree_control') return;
    throw new LabError('COMMAND_FAILED', `control group ${path}: ${(cause as Error).message}`, { cause });
  }
}

function parentOf(dir: string): string {
  return dir.slice(0, dir.lastIndexOf('/')) || '/';
}
