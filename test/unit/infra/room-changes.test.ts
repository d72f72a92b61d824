// What of a room becomes new when its stack file says something else: no more than must, and no less.

import { beforeAll, expect, test } from 'vitest';
import type { RoomSettings } from '../../../src/infra/room-settings.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { type Changes, changesBetween, type Graph, graphOf, neverUpdated } from './engine-model.ts';
import { mockPulumi, type Options, type Registered, roomSettings, settled } from './vm-room.ts';

let registered: Registered[];
const options = new Map<string, Options>();
let replaced: ReadonlySet<string> = new Set();
let labRoom: typeof import('../../../src/infra/lab-room.ts')['labRoom'];

beforeAll(async () => {
  registered = await mockPulumi(options, (name) => replaced.has(name));
  ({ labRoom } = await import('../../../src/infra/lab-room.ts'));
});

interface Room {
  readonly nodes?: readonly string[];
  readonly cni?: string;
  readonly podSubnet?: string;
  readonly version?: string;
  readonly isolated?: string;
  readonly memory?: string;
  readonly settings?: Partial<RoomSettings>;
}

async function graph(room: Room): Promise<Graph> {
  const { nodes = ['node1', 'node2'], cni = '{ name: kube-router, as: 64512 }', podSubnet = '10.244.0.0/16' } = room;
  const { isolated = '192.168.39.0/24', memory = '2GiB', version = 'v1.36.3' } = room;
  const text = `config:
  podlab:driver: libvirt
  podlab:engine: kubernetes
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: ${isolated} }
  podlab:nodes:
${nodes.map((name) => `    - { name: ${name}, networks: [nat, isolated], cpus: 2, memory: ${name === 'node2' ? memory : '2GiB'} }`).join('\n')}
  podlab:kubernetes: { version: ${version}, podSubnet: ${podSubnet} }
  podlab:cni: ${cni}
`;
  const topology = loadTopology(text, { stack: 'vms', file: 'vms.yaml' });
  registered.length = 0;
  options.clear();
  await settled(() => labRoom(topology, roomSettings(topology, room.settings)));
  return graphOf(registered, options);
}

const known = new Map<Room, Graph>();
const usual: Room = {};

async function graphBefore(room: Room): Promise<Graph> {
  replaced = new Set();
  const found = known.get(room) ?? (await graph(room));
  known.set(room, found);
  return found;
}

/** What a resource is replaced with is known only once its outputs are: as often as that finds something new. */
async function changes(to: Room, from = usual): Promise<Changes> {
  const before = await graphBefore(from);
  for (let round = 0; round < 8; round++) {
    const found = changesBetween(before, await graph(to), replaced);
    const hidden = found.update.filter((name) => neverUpdated.includes(before.get(name)?.type ?? ''));
    expect(hidden, 'updates that the provider can not do').toEqual([]);
    if (found.replace.length === replaced.size) return sorted(found);
    replaced = new Set(found.replace);
  }
  throw new Error('no end of replacements');
}

function sorted(found: Changes): Changes {
  const entries = Object.entries(found).map(([what, names]) => [what, [...names].sort()]);
  return Object.fromEntries(entries) as unknown as Changes;
}

const networks = ['isolated', 'nat'];
const image = ['base', 'initrd', 'kernel', 'pool'];
const machine = (node: string) => ['', '-cloudinit', '-disk', '-ready', '-seed'].map((part) => `${node}${part}`);
const cluster = ['cni', 'kubernetes', 'node1-init', 'node2-join'];
const all = (...names: readonly (readonly string[])[]) => names.flat().sort();
const nothing: Changes = { make: [], replace: [], update: [], remove: [], same: [] };

test('nothing, when it says the same', async () => {
  expect(await changes({})).toEqual({
    ...nothing,
    same: all(networks, image, machine('node1'), machine('node2'), cluster, ['libvirt']),
  });
});

test.each<[string, Room]>([
  ['another pod CIDR', { podSubnet: '10.200.0.0/16' }],
  ['another version of Kubernetes', { version: 'v1.35.6' }],
  ['another AS number of the CNI', { cni: '{ name: kube-router, as: 64999 }' }],
])('%s: the machines and their cluster, not networks and image', async (_, to) => {
  expect(await changes(to)).toEqual({
    ...nothing,
    replace: all(machine('node1'), machine('node2'), cluster),
    same: all(networks, image, ['libvirt']),
  });
});

test('another CNI: the same, and its objects come or go', async () => {
  expect(await changes({ cni: '{ name: bridge, routes: host-gw }' })).toEqual({
    ...nothing,
    replace: all(
      machine('node1'),
      machine('node2'),
      cluster.filter((name) => name !== 'cni' && name !== 'kubernetes'),
    ),
    remove: ['cni', 'kubernetes'],
    same: all(networks, image, ['libvirt']),
  });
  const back = await changes({}, { cni: '{ name: bridge, routes: host-gw }' });
  expect(back.make.toSorted()).toEqual(['cni', 'kubernetes']);
});

test('a node more or less: the networks, which have to hand out other leases, and so all machines; not the image', async () => {
  const nodes = ['node1', 'node2', 'node3'];
  expect(await changes({ nodes })).toEqual({
    ...nothing,
    make: all(machine('node3'), ['node3-join']),
    replace: all(networks, machine('node1'), machine('node2'), cluster),
    same: all(image, ['libvirt']),
  });
  expect(await changes({}, { nodes })).toEqual({
    ...nothing,
    remove: all(machine('node3'), ['node3-join']),
    replace: all(networks, machine('node1'), machine('node2'), cluster),
    same: all(image, ['libvirt']),
  });
});

test("a network's CIDR: that network, and the machines, which hang on it", async () => {
  expect(await changes({ isolated: '192.168.40.0/24' })).toEqual({
    ...nothing,
    replace: all(['isolated'], machine('node1'), machine('node2'), cluster),
    same: all(['nat'], image, ['libvirt']),
  });
});

test('memory: that machine is stopped and started, and keeps its disk and its place in the cluster', async () => {
  expect(await changes({ memory: '4GiB' })).toEqual({
    ...nothing,
    update: ['node2'],
    same: all(
      networks,
      image,
      machine('node1'),
      machine('node2').filter((name) => name !== 'node2'),
      cluster,
      ['libvirt'],
    ),
  });
});

test('another image, under the same name: the image and every disk, not networks and pool', async () => {
  const other = { disk: '/images/other.qcow2', boot: { kernel: '/k', initrd: '/i', cmdline: 'x' }, isOnHost: false };
  expect(await changes({ settings: { image: other } })).toEqual({
    ...nothing,
    replace: all(
      image.filter((name) => name !== 'pool'),
      machine('node1').filter((name) => !/seed|cloudinit/.test(name)),
      machine('node2').filter((name) => !/seed|cloudinit/.test(name)),
      cluster,
    ),
    same: all(networks, ['pool', 'libvirt'], ['node1-cloudinit', 'node1-seed', 'node2-cloudinit', 'node2-seed']),
  });
});

test('without the options of the program a changed network would be updated, which does nothing', async () => {
  const before = await graphBefore(usual);
  const after = new Map(
    [...(await graph({ isolated: '192.168.40.0/24' }))].map(([name, one]) => {
      return [name, { ...one, options: { ...one.options, replaceOnChanges: [], replaceWith: [] } }];
    }),
  );
  expect(changesBetween(before, after, replaced).update).toContain('isolated');
});
