import { expect, test } from 'vitest';
import { type LinkView, type RoomView, readNode } from '../../../src/probe/room-view.ts';
import type { Network, Nic, Node } from '../../../src/topology/topology.ts';
import { highlightsOf } from '../../../src/web/page/highlights.ts';
import type { PictureTopology } from '../../../src/web/page/room-card.ts';
import { arrangeColumns, chooseColumns } from '../../../src/web/page/room-columns.ts';
import { layOutRoom } from '../../../src/web/page/room-layout.ts';
import { fakeExecutor } from '../../support/fake-executor.ts';

const executor = fakeExecutor('node1', {});

const ip = (ifindex: number, ifname: string, more: object = {}) => ({
  ...{ ifindex, ifname, flags: ['UP', 'LOWER_UP'], mtu: 1500, address: '02:00:00:00:00:01', addr_info: [] },
  ...more,
});
const address = (local: string) => ({
  addr_info: [
    { family: 'inet', local, prefixlen: 24 },
    { family: 'inet6', local: 'fe80::1', prefixlen: 64 },
  ],
});
const veth = (link_index: number, link_netnsid: number) => ({
  link_index,
  link_netnsid,
  linkinfo: { info_kind: 'veth' },
});

const answer = [
  JSON.stringify([{ name: 'web', id: 1 }]),
  '',
  JSON.stringify([
    ip(1, 'lo'),
    ip(2, 'eth0', { ...veth(4, 0), ...address('192.168.122.11') }),
    ip(4, 'veth-web', { ...veth(2, 1), master: 'cni0' }),
    ip(5, 'cni0', { linkinfo: { info_kind: 'bridge' }, ...address('10.244.7.1'), flags: [] }),
    ip(6, 'vxlan42', { linkinfo: { info_kind: 'vxlan', info_data: { id: 42 } } }),
  ]),
  '',
  'web',
  JSON.stringify([ip(1, 'lo', { flags: [] }), ip(2, 'eth0', { ...veth(4, 0), ...address('10.244.7.2') })]),
  '',
].join('\n');

test('what a node prints becomes its links, and its namespaces with theirs', () => {
  const node = readNode(executor, 'node1', answer, new Map([['web', 'default/web-1']]));
  expect(node.links.map(({ name, kind, up, master, note }) => [name, kind, up, master, note])).toEqual([
    ['eth0', 'veth', true, '', ''],
    ['veth-web', 'veth', true, 'cni0', ''],
    ['cni0', 'bridge', false, '', ''],
    ['vxlan42', 'vxlan', true, '', 'VNI 42'],
  ]);
  expect(node.links[1]).toMatchObject({ peerIndex: 2, peerNetns: 'web' });
  expect(node.namespaces).toMatchObject([
    { netns: 'web', pod: 'default/web-1', loUp: false, links: [{ name: 'eth0', addresses: ['10.244.7.2/24'] }] },
  ]);
});

test('a node that never had a named namespace prints nothing for them', () => {
  const node = readNode(executor, 'node1', `\n${JSON.stringify([ip(1, 'lo'), ip(2, 'eth0')])}\n`, new Map());
  expect([node.links.map(({ name }) => name), node.namespaces]).toEqual([['eth0'], []]);
});

const link = (name: string, index: number, peerIndex: number, more: Partial<LinkView> = {}): LinkView => ({
  ...{ name, index, peerIndex, kind: 'veth', up: true, carrier: true, master: '', addresses: [], mac: '', mtu: 1500 },
  ...{ note: '', peerNetns: '' },
  ...more,
});
const namespace = (netns: string, ...links: LinkView[]) => ({ netns, pod: '', loUp: true, links });

test('ports of one bridge stand together, and each has its namespace above it', () => {
  const links = [
    link('veth-db', 7, 2, { master: 'cni0', peerNetns: 'db' }),
    link('veth-mail', 9, 2, { master: 'cni1', peerNetns: 'mail' }),
    link('veth-web', 8, 2, { master: 'cni0', peerNetns: 'web' }),
    link('cni0', 5, 0, { kind: 'bridge' }),
    link('cni1', 6, 0, { kind: 'bridge' }),
    link('cni2', 10, 0, { kind: 'bridge' }),
  ];
  // Every end inside has index 2: only the kernel's number of the namespace tells them apart.
  const namespaces = [
    namespace('db', link('eth0', 2, 7)),
    namespace('mail', link('eth0', 2, 9)),
    namespace('web', link('eth0', 2, 8)),
  ];
  const columns = arrangeColumns(links, [...namespaces, namespace('alone')]);
  expect(columns.map(({ namespace, port, bridge }) => [namespace?.netns, port?.name, bridge?.name])).toEqual([
    ['db', 'veth-db', 'cni0'],
    ['web', 'veth-web', 'cni0'],
    ['mail', 'veth-mail', 'cni1'],
    [undefined, undefined, 'cni2'],
    ['alone', undefined, undefined],
  ]);
});

test('a cable whose other end is in another namespace is not drawn to one that merely has the same numbers', () => {
  const port = link('veth-db', 7, 2, { peerNetns: 'db' });
  const columns = arrangeColumns([port], [namespace('db', link('eth0', 2, 7)), namespace('web', link('eth0', 2, 7))]);
  expect(columns.map(({ namespace, port }) => [namespace?.netns, port?.name])).toEqual([
    ['db', 'veth-db'],
    ['web', undefined],
  ]);
});

const network = (name: string, mode: Network['mode'], cidr: string): Network => ({
  ...{ name, mode, cidr, gateway: cidr.replace('.0/24', '.1'), bridge: name, mtuBytes: 1500 },
});
const nic = (iface: string, of: Network, ip: string): Nic =>
  ({ iface, network: of.name, ip, prefix: 24, mac: '52:54:00:00:00:01' }) as Nic;
const [nat, isolated] = [network('nat', 'nat', '192.168.122.0/24'), network('isolated', 'isolated', '192.168.39.0/24')];
const topology: PictureTopology = {
  networks: [nat, isolated],
  nodes: ['node1', 'node2'].map((name, n) => ({
    ...({ name } as Node),
    nics: [nic('eth0', nat, `192.168.122.1${n + 1}`), nic('eth1', isolated, `192.168.39.1${n + 1}`)],
  })),
  outside: { cidr: '203.0.113.0/24', ip: '203.0.113.10', gateway: '203.0.113.1' },
};
const room: RoomView = {
  nodes: [readNode(executor, 'node1', answer, new Map()), { name: 'node2', answers: false, links: [], namespaces: [] }],
};

test('before anything has been seen the picture is that of the stack file', () => {
  const { shapes, cables } = layOutRoom(topology, undefined, 4);
  expect(shapes.map(({ kind, key }) => `${kind} ${key}`)).toEqual(
    expect.arrayContaining(['nic-nat node1//eth0', 'nic-isolated node2//eth1', 'gateway gateway', 'outside outside']),
  );
  expect(cables.filter(({ kind }) => kind === 'isolated')).toHaveLength(2);
});

test('what is in the room is in the picture, and no two boxes of a kind overlap', () => {
  const { shapes, width, height } = layOutRoom(topology, room, 4);
  const of = (kind: string) => shapes.filter((shape) => shape.kind === kind);
  expect(of('netns').map(({ key, up }) => [key, up])).toEqual([['node1/web', false]]);
  expect(of('bridge')[0]?.lines.map(({ text }) => text)).toEqual(['cni0 (down)', '10.244.7.1/24']);
  expect(of('tunnel')[0]?.lines[0]?.text).toBe('vxlan42  VNI 42');
  expect(of('node').map(({ up }) => up)).toEqual([true, false]);
  const solid = shapes.filter(({ kind }) => !['node', 'more'].includes(kind));
  for (const a of solid) {
    expect([a.x >= 0, a.y >= 0, a.x + a.width <= width, a.y + a.height <= height]).toEqual([true, true, true, true]);
    for (const b of solid) {
      const apart =
        a === b || a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect([a.key, b.key, apart]).toEqual([a.key, b.key, true]);
    }
  }
});

test('more namespaces than fit are counted', () => {
  const many = Array.from({ length: 9 }, (_, n) => namespace(`pod${n}`));
  const { shapes } = layOutRoom(
    topology,
    { nodes: [{ name: 'node1', answers: true, links: [], namespaces: many }] },
    4,
  );
  expect(shapes.filter(({ kind }) => kind === 'netns')).toHaveLength(4);
  expect(shapes.flatMap(({ lines }) => lines.map(({ text }) => text))).toContain('and 5 more');
});

test('where not all fit, some of every bridge and of what is loose are shown', () => {
  const others = Array.from({ length: 5 }, (_, n) => link(`veth${n}`, 20 + n, 0, { master: 'cni1' }));
  const links = [link('cni1', 6, 0, { kind: 'bridge' }), ...others, link('veth-web', 8, 2, { peerNetns: 'web' })];
  const web = namespace('web', link('eth0', 2, 8, { addresses: ['10.244.7.2/24'] }));
  const columns = chooseColumns(arrangeColumns(links, [web, namespace('alone')]), 3);
  expect(columns.map(({ port }) => port?.name)).toEqual(['veth0', 'veth1', 'veth-web']);
});

test('of a failed state what was seen last is what failed, what came before holds', () => {
  const seen = (probe: string, args: Record<string, string>) => ({ probe, args, observation: {} });
  const evidence = [
    seen('net.netns', { on: 'node1', name: 'web' }),
    seen('net.bridge', { name: 'cni0' }),
    seen('net.addr', { on: 'node2', netns: 'web', iface: 'eth0' }),
  ];
  expect([...highlightsOf({ kind: 'fail', id: 'x', say: '', evidence }, 'node1')]).toEqual([
    ['node1/web', 'good'],
    ['node1//cni0', 'good'],
    ['node2/web/eth0', 'bad'],
  ]);
});
