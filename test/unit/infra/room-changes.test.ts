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
const leases = (node: string) => networks.map((network) => `${node}.${network}-lease`);
const machine = (node: string) =>
  ['', '-cloudinit', '-disk', '-peers', '-ready', '-seed'].map((part) => `${node}${part}`);
const worker = (node: string) => [`${node}-join`, `${node}-register`];
const objects = ['cni', 'kubernetes', 'node1-api'];
const cluster = [...objects, 'node1-init', ...worker('node2')];
const all = (...names: readonly (readonly string[])[]) => names.flat().sort();
const but = (names: readonly string[], ...others: readonly string[]) => names.filter((name) => !others.includes(name));
const machines = [...machine('node1'), ...machine('node2')];
const reserved = [...leases('node1'), ...leases('node2')];
const ground = [...networks, ...image, 'libvirt'];
const nothing: Changes = { make: [], replace: [], update: [], remove: [], same: [] };

test('nothing, when it says the same', async () => {
  expect(await changes({})).toEqual({ ...nothing, same: all(ground, reserved, machines, cluster) });
});

test.each<[string, Room]>([
  ['another pod CIDR', { podSubnet: '10.200.0.0/16' }],
  ['another version of Kubernetes', { version: 'v1.35.6' }],
  ['another AS number of the CNI', { cni: '{ name: kube-router, as: 64999 }' }],
])('%s: the machines and their cluster, not networks and image', async (_, to) => {
  expect(await changes(to)).toEqual({
    ...nothing,
    replace: all(machines, cluster),
    same: all(ground, reserved),
  });
});

test('another CNI: the same, and its objects come or go', async () => {
  expect(await changes({ cni: '{ name: bridge, routes: host-gw }' })).toEqual({
    ...nothing,
    replace: all(machines, but(cluster, ...objects)),
    remove: objects,
    same: all(ground, reserved),
  });
  const back = await changes({}, { cni: '{ name: bridge, routes: host-gw }' });
  expect(back.make.toSorted()).toEqual(objects);
});

const names = ['node1', 'node2', 'node3'];
const room = (count: number): Room => rooms[count - 1] ?? usual;
const rooms = names.map((_, n) => (n === 1 ? usual : { nodes: names.slice(0, n + 1) }));
const ownOf = (node: string) => [...leases(node), ...machine(node), ...worker(node)];

test.each([
  [1, 2],
  [2, 3],
  [3, 2],
  [2, 1],
])('%i nodes, then %i: what is of the node that comes or goes, and the others hear of it', async (from, to) => {
  const [few, many] = [Math.min(from, to), Math.max(from, to)];
  const staying = names.slice(0, few);
  const peers = staying.map((node) => `${node}-peers`);
  const own = all(ownOf(names[many - 1] ?? ''));
  expect(await changes(room(to), room(from))).toEqual({
    ...nothing,
    ...(to > from ? { make: own } : { remove: own }),
    update: peers,
    same: all(
      ground,
      objects,
      ['node1-init'],
      but([...leases('node1'), ...machine('node1')], ...peers),
      ...staying.slice(1).map((node) => but(ownOf(node), ...peers)),
    ),
  });
  expect(await changes(room(to), room(to))).toMatchObject({ make: [], replace: [], update: [], remove: [] });
});

test('a node that gets another place: it has another address and another block of pods, and so another life', async () => {
  const found = await changes({ nodes: ['node1', 'node3'] }, room(3));
  expect(found).toEqual({
    ...nothing,
    replace: all(leases('node3'), machine('node3'), worker('node3')),
    remove: all(ownOf('node2')),
    update: ['node1-peers'],
    same: all(ground, objects, ['node1-init'], leases('node1'), but(machine('node1'), 'node1-peers')),
  });
});

test("a network's CIDR: that network with its leases, and the machines, which hang on it", async () => {
  expect(await changes({ isolated: '192.168.40.0/24' })).toEqual({
    ...nothing,
    replace: all(['isolated', 'node1.isolated-lease', 'node2.isolated-lease'], machines, cluster),
    same: all(['nat', 'node1.nat-lease', 'node2.nat-lease'], image, ['libvirt']),
  });
});

test('memory: that machine is stopped and started, and keeps its disk and its place in the cluster', async () => {
  expect(await changes({ memory: '4GiB' })).toEqual({
    ...nothing,
    update: ['node2'],
    same: all(ground, reserved, but(machines, 'node2'), cluster),
  });
});

test('another image, under the same name: the image and every disk, not networks and pool', async () => {
  const other = {
    disk: '/images/other.qcow2',
    boot: { kernel: '/k', initrd: '/i', cmdline: 'x' },
    isOnHost: false,
    foreign: undefined,
  };
  const documents = ['node1-cloudinit', 'node1-seed', 'node2-cloudinit', 'node2-seed'];
  expect(await changes({ settings: { image: other } })).toEqual({
    ...nothing,
    replace: all(but(image, 'pool'), but(machines, ...documents), cluster),
    same: all(networks, reserved, ['pool', 'libvirt'], documents),
  });
});

const foreignIn = (home: string): Partial<RoomSettings> => {
  const foreign = { name: '/images/debian.qcow2', home };
  return { image: { disk: '/images/debian.qcow2', boot: undefined, isOnHost: false, foreign } };
};
const foreignRoom: Room = { settings: foreignIn('/opt/podlab') };
const completed = ['node1-complete', 'node2-complete'];

test("somebody else's image and the same again: nothing", async () => {
  expect(await changes({ settings: foreignIn('/opt/podlab') }, foreignRoom)).toMatchObject({
    ...{ make: [], replace: [], update: [], remove: [] },
  });
});

test("somebody else's image: another pod CIDR has new machines completed again", async () => {
  const { replace } = await changes({ podSubnet: '10.200.0.0/16', settings: foreignIn('/opt/podlab') }, foreignRoom);
  expect(replace).toEqual(all(machine('node1'), machine('node2'), cluster, completed));
});

test("somebody else's image: podlab lies elsewhere, and no machine is touched", async () => {
  expect(await changes({ settings: foreignIn('/srv/podlab') }, foreignRoom)).toMatchObject({
    ...{ make: [], replace: [], update: completed, remove: [] },
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
