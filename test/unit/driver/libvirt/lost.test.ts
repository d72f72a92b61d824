// What Pulumi remembers and libvirt has lost.

import { expect, test } from 'vitest';
import { lostResources } from '../../../../src/driver/libvirt/lost.ts';
import type { KnownResource } from '../../../../src/driver/libvirt/pulumi-stack.ts';
import type { Executor } from '../../../../src/host/host.ts';
import type { VmRecord } from '../../../../src/infra/vm-record.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

const topology = loadTopology(
  `config:
  podlab:driver: libvirt
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/24 }
    more:     { mode: isolated, cidr: 192.168.40.0/24 }
  podlab:nodes:
    - { name: node1, networks: [nat, isolated] }
    - { name: node2, networks: [nat, more] }
`,
  { stack: 'vms', file: 'vms.yaml' },
);
const record: VmRecord = {
  ...{ version: 1, topology, file: '/vms.yaml', from: 'x', uri: 'qemu:///system', type: 'qemu' },
  ...{ poolDirectory: '/disks', logDirectory: '/logs', since: 1, complete: true, hasReadyState: false },
};

const resource = (type: string, name: string): KnownResource => ({
  ...{ urn: `urn of ${name}`, type: `libvirt:index/${type}`, inputs: { name } },
});
const known: readonly KnownResource[] = [
  { urn: 'urn of the stack', type: 'pulumi:pulumi:Stack' },
  { urn: 'urn of a command', type: 'command:remote:Command' },
  resource('network:Network', 'podlab.vms.nat'),
  resource('network:Network', 'podlab.vms.isolated'),
  resource('network:Network', 'podlab.vms.more'),
  resource('pool:Pool', 'podlab.vms.pool'),
  resource('volume:Volume', 'podlab.vms.node1.qcow2'),
  resource('cloudinitDisk:CloudinitDisk', 'podlab.vms.node1.seed.iso'),
  { ...resource('volume:Volume', 'podlab.vms.node1.seed.iso'), urn: 'urn of the seed' },
  resource('domain:Domain', 'podlab.vms.node1'),
  resource('domain:Domain', 'podlab.vms.node2'),
];

/** A virsh that prints what virsh 9.0 prints with --quiet. */
function host(answers: Readonly<Record<string, string>>): Executor {
  return {
    name: 'gateway',
    run: async (argv) => {
      const command = argv.slice(2).join(' ');
      const stdout = answers[command];
      if (stdout === undefined) throw new Error(`nobody was to ask ${command}`);
      return { argv, stdout, exitCode: 0, stderr: '', timedOut: false, truncated: false, durationMs: 1 };
    },
  };
}

const all = {
  'list --all --name': 'podlab.vms.node1\npodlab.vms.node2\n\n',
  'net-list --all --name': 'default\npodlab.vms.isolated\npodlab.vms.more\npodlab.vms.nat\n\n',
  'pool-list --all --name': 'default\npodlab.vms.pool\n\n',
  'pool-list --name': 'default\npodlab.vms.pool\n\n',
  'vol-list podlab.vms.pool':
    ' podlab.vms.node1.qcow2      /disks/podlab.vms.node1.qcow2\n podlab.vms.node1.seed.iso   /disks/podlab.vms.node1.seed.iso\n',
};

test('nothing is lost of a room that is as it was made', async () => {
  expect(await lostResources(record, host(all), known)).toEqual({ urns: [], names: [], cut: [] });
  // Nothing is asked for a stack that has nothing of libvirt.
  expect(await lostResources(record, host({}), known.slice(0, 2))).toEqual({ urns: [], names: [], cut: [] });
});

test('a machine that was undefined is lost, and a disk that was deleted', async () => {
  const seed = ' podlab.vms.node1.seed.iso   /disks/podlab.vms.node1.seed.iso\n';
  const answers = { ...all, 'list --all --name': 'podlab.vms.node2\n\n', 'vol-list podlab.vms.pool': seed };
  expect(await lostResources(record, host(answers), known)).toEqual({
    urns: ['urn of podlab.vms.node1.qcow2', 'urn of podlab.vms.node1'],
    names: ['volume podlab.vms.node1.qcow2', 'machine podlab.vms.node1'],
    cut: [],
  });
});

test('with a volume of documents what it is made from is looked at too', async () => {
  const disk = ' podlab.vms.node1.qcow2   /disks/podlab.vms.node1.qcow2\n';
  expect(await lostResources(record, host({ ...all, 'vol-list podlab.vms.pool': disk }), known)).toEqual({
    urns: ['urn of the seed', 'urn of podlab.vms.node1.seed.iso'],
    names: ['volume podlab.vms.node1.seed.iso'],
    cut: [],
  });
});

test('with a network those machines are cut off that hang on it, and are there', async () => {
  const networks = { 'net-list --all --name': 'podlab.vms.more\npodlab.vms.nat\n\n' };
  expect(await lostResources(record, host({ ...all, ...networks }), known)).toEqual({
    urns: ['urn of podlab.vms.isolated'],
    names: ['network podlab.vms.isolated'],
    cut: ['urn of podlab.vms.node1'],
  });
  const both = { ...all, ...networks, 'list --all --name': '\n' };
  expect((await lostResources(record, host(both), known)).cut).toEqual([]);
});

test('a pool that is gone takes its volumes along; of one that stands still nothing is concluded', async () => {
  const { 'vol-list podlab.vms.pool': _, ...others } = all;
  const gone = { ...others, 'pool-list --all --name': 'default\n\n', 'pool-list --name': 'default\n\n' };
  expect((await lostResources(record, host(gone), known)).names).toEqual([
    'pool podlab.vms.pool',
    'volume podlab.vms.node1.qcow2',
    'volume podlab.vms.node1.seed.iso',
  ]);
  const still = { ...others, 'pool-list --name': 'default\n\n' };
  expect((await lostResources(record, host(still), known)).names).toEqual([]);
});

test('a libvirt that does not answer has lost nothing', async () => {
  const silent: Executor = {
    name: 'gateway',
    run: async (argv) => ({
      ...{ argv, stdout: '', exitCode: 1, timedOut: false, truncated: false, durationMs: 1 },
      stderr:
        "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\n",
    }),
  };
  await expect(lostResources(record, silent, known)).rejects.toMatchObject({ code: 'HOST_UNSUITABLE' });
});
