// How many rooms are, asked at once: each libvirt a single time, by a virsh that counts.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { libvirtDriver } from '../../../../src/driver/libvirt/libvirt-driver.ts';
import { stackConfig } from '../../../../src/infra/stack-config.ts';
import { keepVmRecord, madeFrom } from '../../../../src/infra/vm-record.ts';
import { silentReporter } from '../../../../src/reporter.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';
import { roomKeys } from '../../../../src/vm/room-keys.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const text = `config:
  podlab:driver: libvirt
  podlab:networks: { lan: { mode: nat, cidr: 10.1.0.0/24 } }
  podlab:nodes: { count: 1 }
`;

function program(name: string, script: string): void {
  writeFileSync(join(dir, name), `#!/bin/sh\n${script}`);
  chmodSync(join(dir, name), 0o755);
}

function driverHere() {
  const paths = { state: join(dir, 'state'), runtime: join(dir, 'run'), cache: join(dir, 'cache') };
  const signal = new AbortController().signal;
  return libvirtDriver({ paths, home: dir, env: {}, uid: 0, path: `${dir}:${process.env.PATH}`, signal });
}

/** A room that is remembered. */
function room(stack: string, uri: string, from = 'x'): void {
  const topology = loadTopology(text, { stack, file: 'x.yaml' });
  const place = { poolDirectory: '/disks', logDirectory: '/logs', type: 'qemu', file: '/x.yaml', from } as const;
  const record = { version: 1, topology, uri, ...place, since: 1, complete: true, hasReadyState: false } as const;
  keepVmRecord(join(dir, 'state'), record, roomKeys('0123456789abcdef0123456789abcdef'));
}

test('each libvirt is asked once, and one that does not answer is the fault of its own rooms alone', async () => {
  program(
    'virsh',
    `echo "$*" >>${dir}/asked
case $* in
*net-list*) echo ' podlab.a.lan active no yes'; echo ' podlab.b.lan active no yes';;
*) echo ' 1 podlab.a.node1 running'; echo ' - podlab.b.node1 shut off';;
esac
`,
  );
  program('ssh', `echo ssh >>${dir}/asked\necho 'ssh: connect to host two port 22: No route to host' >&2\nexit 255\n`);
  for (const stack of ['a', 'b']) room(stack, 'qemu:///system');
  for (const stack of ['c', 'd']) room(stack, 'qemu+ssh://two/system');
  const driver = driverHere();
  const statuses = await driver.statuses?.(['d', 'a', 'none', 'b', 'c']);
  expect(statuses?.map(({ stack, state }) => [stack, state])).toEqual([
    ['d', 'broken'],
    ['a', 'up'],
    ['none', 'down'],
    ['b', 'broken'],
    ['c', 'broken'],
  ]);
  expect(statuses?.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('No route to host'),
    '',
    '',
    'node node1 is shut off',
    expect.stringContaining('No route to host'),
  ]);
  const asked = readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n').sort();
  expect(asked).toEqual(['--quiet list --all', '--quiet net-list --all', 'ssh', 'ssh']);
});

test('a room that is up already is so for everybody who asks at the same time, and is seen as up meanwhile', async () => {
  // Each answer takes long enough for the others to be asked beside it.
  program(
    'virsh',
    `sleep 0.2
case $* in
*net-list*) echo ' podlab.a.lan active no yes';;
*) echo ' 1 podlab.a.node1 running';;
esac
`,
  );
  const file = join(dir, 'Pulumi.a.yaml');
  writeFileSync(file, text);
  const topology = loadTopology(text, { stack: 'a', file });
  room('a', 'qemu:///system', madeFrom(topology, stackConfig(text, file)));
  const driver = driverHere();
  const asked = [1, 2, 3].map(() => driver.up({ topology, file }, silentReporter));
  expect((await driver.status('a')).state).toBe('up');
  expect((await Promise.all(asked)).map(({ created }) => created)).toEqual([false, false, false]);
});
