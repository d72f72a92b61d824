// How many rooms are, asked at once: each libvirt a single time, by a virsh that counts.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { libvirtDriver } from '../../../../src/driver/libvirt/libvirt-driver.ts';
import { keepVmRecord } from '../../../../src/infra/vm-record.ts';
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

/** A room that is remembered. */
function room(stack: string, uri: string): void {
  const topology = loadTopology(text, { stack, file: 'x.yaml' });
  const place = { poolDirectory: '/disks', logDirectory: '/logs', type: 'qemu', file: '/x.yaml', from: 'x' } as const;
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
  const paths = { state: join(dir, 'state'), runtime: join(dir, 'run'), cache: join(dir, 'cache') };
  const signal = new AbortController().signal;
  const driver = libvirtDriver({ paths, home: dir, env: {}, uid: 0, path: `${dir}:${process.env.PATH}`, signal });
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
