// Control groups of nodes: what is made in which order, and the limits to the letter.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kindOf, makeNodeCgroups, planNodeCgroup } from '../../../src/driver/sandbox/cgroup-limits.ts';
import { cgroupParent, cgroupRoots } from '../../../src/driver/sandbox/cgroups.ts';
import type { Node } from '../../../src/topology/topology.ts';

const dir = '/run/podlab/lab';
const nodeOf = (cpus: number, memoryMiB: number): Node => ({
  name: 'n1',
  nics: [],
  defaultGateway: '',
  cpus,
  memoryMiB,
  rack: '',
});

/** As one reads it: `+` makes a directory. */
const planOf = (node: Node, version: 1 | 2, controllers: readonly string[]) =>
  planNodeCgroup(dir, node, version, controllers).map((step) =>
    step.file === '' ? `+ ${step.dir}` : `${join(step.dir, step.file)} = ${step.value}`,
  );

test('v2: controllers are handed out from the top down, each before the next group is made, and not to the daemons', () => {
  expect(planOf(nodeOf(0.5, 1024), 2, ['cpu', 'memory'])).toEqual([
    '/cgroup.subtree_control = +cpu',
    '/cgroup.subtree_control = +memory',
    '+ /podlab',
    '/podlab/cgroup.subtree_control = +cpu',
    '/podlab/cgroup.subtree_control = +memory',
    '+ /podlab/lab',
    '/podlab/lab/cgroup.subtree_control = +cpu',
    '/podlab/lab/cgroup.subtree_control = +memory',
    '+ /podlab/lab/n1',
    '/podlab/lab/n1/cgroup.subtree_control = +cpu',
    '/podlab/lab/n1/cgroup.subtree_control = +memory',
    '/podlab/lab/n1/cpu.max = 50000 100000',
    '/podlab/lab/n1/memory.max = 1073741824',
    '+ /podlab/lab/n1/system',
  ]);
});

test.each([
  ['cpu,cpuacct', ['cpu.cfs_period_us = 100000', 'cpu.cfs_quota_us = 150000']],
  ['memory', ['memory.limit_in_bytes = 805306368']],
  ['pids', []],
  ['systemd', []],
])('v1: hierarchy %s has the groups, and those limits that are its own', (hierarchy, limits) => {
  expect(planOf(nodeOf(1.5, 768), 1, hierarchy.split(','))).toEqual([
    '+ /podlab',
    '+ /podlab/lab',
    '+ /podlab/lab/n1',
    ...limits.map((limit) => `/podlab/lab/n1/${limit}`),
    '+ /podlab/lab/n1/system',
  ]);
});

test('v1: a cpuset copies what its parent has, which is asked for before the child is made', () => {
  expect(planOf(nodeOf(2, 512), 1, ['cpuset'])).toEqual([
    '/cgroup.clone_children = 1',
    '+ /podlab',
    '/podlab/cgroup.clone_children = 1',
    '+ /podlab/lab',
    '/podlab/lab/cgroup.clone_children = 1',
    '+ /podlab/lab/n1',
    '/podlab/lab/n1/cgroup.clone_children = 1',
    '+ /podlab/lab/n1/system',
  ]);
});

test.each([
  ['v1', 1, ['cpu', 'cpuacct', 'memory']],
  ['v2', 2, ['cpu', 'memory']],
] as const)('%s: a node without limits has groups, and no limit is written', (_name, version, controllers) => {
  const plan = planOf(nodeOf(0, 0), version, controllers);
  expect(plan.filter((step) => /cpu\.|memory\./.test(step))).toEqual([]);
  expect(plan).toContain('+ /podlab/lab/n1/system');
});

test.each([
  [0.01, '1000 100000'],
  [0.333, '33300 100000'],
  [4, '400000 100000'],
])('%d CPUs are %s microseconds', (cpus, value) => {
  expect(planOf(nodeOf(cpus, 0), 2, ['cpu'])).toContain(`/podlab/lab/n1/cpu.max = ${value}`);
});

test('rooms of one name in two places have groups apart', () => {
  expect(cgroupParent('/run/podlab/lab', 'n1')).toBe('/podlab/lab/n1');
  expect(cgroupParent('/elsewhere/run/lab', 'n1')).toMatch(/^\/podlab\/lab\.[0-9a-f]{8}\/n1$/);
});

let mount: string;

beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), 'podlab-cgroup-'));
});

afterEach(() => rmSync(mount, { recursive: true, force: true }));

/** What /sys/fs/cgroup looks like: directories, and files with their text. */
function mounted(layout: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(layout)) {
    mkdirSync(join(mount, path, '..'), { recursive: true });
    writeFileSync(join(mount, path), text);
  }
}

const made = () =>
  readdirSync(mount, { recursive: true, withFileTypes: true })
    .map((entry) => ({ path: join(entry.parentPath, entry.name).slice(mount.length + 1), isFile: entry.isFile() }))
    .filter(({ path, isFile }) => isFile && /podlab/.test(path) && !path.endsWith('subtree_control'))
    // The same again, through a link.
    .filter(({ path }) => !path.startsWith('cpu/'))
    .map(({ path }) => `${path} = ${readFileSync(join(mount, path), 'utf8')}`)
    .sort();

test.each([
  ['without systemd', {}],
  ['with systemd', { 'system.slice/cgroup.procs': '', 'user.slice/cgroup.procs': '', 'init.scope/cgroup.procs': '1' }],
])('a v2 host %s has one hierarchy, whose groups are not taken for hierarchies', (_name, others) => {
  mounted({ 'cgroup.controllers': 'cpuset cpu io memory pids\n', 'cgroup.subtree_control': '', ...others });
  expect(cgroupRoots(mount)).toEqual([mount]);
  expect(kindOf(mount)).toEqual({ version: 2, controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'] });
  makeNodeCgroups(dir, [nodeOf(2, 256)], cgroupRoots(mount));
  expect(made()).toEqual(['podlab/lab/n1/cpu.max = 200000 100000', 'podlab/lab/n1/memory.max = 268435456']);
});

test('a v1 host has a hierarchy for each directory; its second names are links', () => {
  mounted({ 'cpu,cpuacct/cpu.shares': '', 'memory/tasks': '', 'systemd/tasks': '' });
  symlinkSync('cpu,cpuacct', join(mount, 'cpu'));
  expect(cgroupRoots(mount)).toEqual(['cpu,cpuacct', 'memory', 'systemd'].map((name) => join(mount, name)));
  makeNodeCgroups(dir, [nodeOf(2, 256)], cgroupRoots(mount));
  expect(made()).toEqual([
    'cpu,cpuacct/podlab/lab/n1/cpu.cfs_period_us = 100000',
    'cpu,cpuacct/podlab/lab/n1/cpu.cfs_quota_us = 200000',
    'memory/podlab/lab/n1/memory.limit_in_bytes = 268435456',
  ]);
});

test('a hybrid host has its limits in v1, and only groups in v2', () => {
  mounted({ 'cpu,cpuacct/cpu.shares': '', 'memory/tasks': '', 'unified/cgroup.controllers': '\n' });
  expect(kindOf(join(mount, 'unified'))).toEqual({ version: 2, controllers: [] });
  makeNodeCgroups(dir, [nodeOf(2, 256)], cgroupRoots(mount));
  expect(made().map((line) => line.split('/')[0])).toEqual(['cpu,cpuacct', 'cpu,cpuacct', 'memory']);
  expect(readdirSync(join(mount, 'unified/podlab/lab/n1'))).toEqual(['system']);
});

test('a limit that can not be written is an error that names the file', () => {
  mounted({ 'memory/podlab/lab/n1/memory.limit_in_bytes/is-a-directory': '' });
  expect(() => makeNodeCgroups(dir, [nodeOf(0, 256)], [join(mount, 'memory')])).toThrow(
    /control group .*memory\/podlab\/lab\/n1\/memory.limit_in_bytes: EISDIR/,
  );
});
