// How a room of virtual machines is, from what podlab remembers and what libvirt has.

import { expect, test } from 'vitest';
import { describeRoom } from '../../../../src/cli/describe-room.ts';
import { roomInLibvirt } from '../../../../src/driver/libvirt/domains.ts';
import { vmStatus } from '../../../../src/driver/libvirt/vm-status.ts';
import { LabError } from '../../../../src/error.ts';
import type { Executor } from '../../../../src/host/host.ts';
import type { VmRecord } from '../../../../src/infra/vm-record.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

const topology = loadTopology(
  `config:
  podlab:driver: libvirt
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/24 }
  podlab:nodes:
    - { name: node1, networks: [nat, isolated] }
    - { name: node2, networks: [nat, isolated] }
`,
  { stack: 'vms', file: 'vms.yaml' },
);
const record: VmRecord = {
  ...{ version: 1, topology, file: '/vms.yaml', from: 'x', uri: 'qemu:///system', type: 'qemu' },
  ...{ poolDirectory: '/disks', logDirectory: '/logs', since: 1, complete: true, hasReadyState: false },
};

/** A virsh that prints what virsh 9.0 prints. */
function host(list: string, networks: string): Executor {
  const answer = (stdout: string) => ({
    stdout,
    exitCode: 0,
    stderr: '',
    timedOut: false,
    truncated: false,
    durationMs: 1,
  });
  return {
    name: 'gateway',
    run: async (argv) => ({ argv, ...answer(argv.includes('net-list') ? networks : list) }),
  };
}

const bothNetworks = ` podlab.vms.isolated   active   no   yes
 podlab.vms.nat        active   no   yes
`;
const bothRun = ` 3    podlab.vms.node1   running
 4    podlab.vms.node2   running
 -    podlab.vmsx.node1  shut off
`;

test('a room is up when every machine runs and every network is active', async () => {
  const found = await roomInLibvirt(topology, host(bothRun, bothNetworks));
  expect(vmStatus('vms', record, found, false)).toMatchObject({
    ...{ state: 'up', reason: '', driver: 'libvirt', owner: 0, file: '/vms.yaml' },
    nodes: [
      { name: 'node1', addresses: ['192.168.122.11/24', '192.168.39.11/24'], running: true },
      { name: 'node2', addresses: ['192.168.122.12/24', '192.168.39.12/24'], running: true },
    ],
  });
});

test('machines and networks that stand still or are gone are named', async () => {
  const list = ' 3    podlab.vms.node1   paused\n';
  const networks = ' podlab.vms.nat   inactive   no   yes\n';
  const found = await roomInLibvirt(topology, host(list, networks));
  expect(vmStatus('vms', record, found, false)).toMatchObject({
    state: 'broken',
    reason: 'node node1 is paused, node node2 is gone, network nat is not active, network isolated is gone',
    nodes: [
      { running: false, state: 'paused' },
      { running: false, state: 'gone' },
    ],
  });
  expect(
    describeRoom(vmStatus('vms', record, found, false))
      .split('\n')
      .slice(2),
  ).toEqual([
    '  node1  paused   192.168.122.11/24  192.168.39.11/24',
    '  node2  gone     192.168.122.12/24  192.168.39.12/24',
    '',
  ]);
});

test('a room that libvirt has nothing of is down, and one that nobody remembers too', async () => {
  const empty = await roomInLibvirt(topology, host('', ''));
  expect(vmStatus('vms', record, empty, false).state).toBe('down');
  expect(vmStatus('vms', undefined, empty, false).state).toBe('down');
});

test('a room that is being made is starting, one whose making was cut off is broken', async () => {
  const found = await roomInLibvirt(topology, host(bothRun, bothNetworks));
  expect(vmStatus('vms', { ...record, complete: false }, found, true).state).toBe('starting');
  expect(vmStatus('vms', { ...record, complete: false }, found, false)).toMatchObject({
    state: 'broken',
    reason: 'it was interrupted while it was being made',
  });
});

test('without an answer of libvirt nobody says that a room is up or down', () => {
  const fault = new LabError('HOST_UNSUITABLE', 'libvirt is not running');
  expect(vmStatus('vms', record, fault, false)).toMatchObject({
    ...{ state: 'broken', reason: 'libvirt is not running' },
    nodes: [{ state: 'not known' }, { state: 'not known' }],
  });
});
