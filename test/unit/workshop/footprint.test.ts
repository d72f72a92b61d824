import { expect, test } from 'vitest';
import type { RunResult } from '../../../src/host/host.ts';
import type { ProbeContext } from '../../../src/probe/probe.ts';
import { compareFootprints, takeFootprint } from '../../../src/workshop/footprint.ts';
import { createWorld } from './world.ts';

/** A node that answers from a table; what is not in it does not exist on the node. */
function contextOf(answers: Readonly<Record<string, unknown>>): ProbeContext {
  const world = createWorld(['node1']);
  world.intercept = (_node, argv): Partial<RunResult> => {
    const answer = answers[argv.join(' ')];
    if (answer === undefined) return { exitCode: 127 };
    return { stdout: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  };
  return world.context;
}

const link = (ifname: string, more: object = {}) => ({
  ifindex: 7,
  ifname,
  flags: ['BROADCAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  ...more,
});
const room = {
  'ip -j -d link show': [
    link('br0', { linkinfo: { info_kind: 'bridge' }, address: '02:00:00:00:00:01' }),
    link('veth1', { master: 'br0', flags: ['BROADCAST'], linkinfo: { info_kind: 'veth' } }),
  ],
  'ip -j addr show': [
    {
      ifname: 'br0',
      addr_info: [
        { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' },
        { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
      ],
    },
  ],
  'ip -j route show': [{ dst: 'default', gateway: '10.0.0.254', dev: 'br0', flags: [] }],
  'ip -j netns list': [{ name: 'red', id: 3 }],
  'ip -n red -j -d link show': [link('lo', { flags: [], mtu: 65536 })],
  'nft -j list ruleset': {
    nftables: [
      { metainfo: { version: '1' } },
      { rule: { chain: 'post', handle: 4, expr: [{ counter: { packets: 9, bytes: 9 } }] } },
    ],
  },
  'ss -H -l -n -t -u': 'tcp   LISTEN 0      128          0.0.0.0:80        0.0.0.0:*\n',
  'sh -c cat /proc/[0-9]*/comm 2>/dev/null; true': 'sh\nhttpd\nhttpd\ncat\nkworker/0:1\n(udev-worker)\n',
  'cat /proc/sys/net/ipv4/ip_forward': '1\n',
};

test('a footprint says in words what stands in a room', async () => {
  expect(await takeFootprint(contextOf(room))).toEqual([
    'node1: address 10.0.0.1/24 on br0',
    'node1: forwarding 1',
    'node1: link br0 bridge mtu 1500 up',
    'node1: link veth1 veth mtu 1500 port of br0',
    'node1: listening tcp 0.0.0.0:80',
    'node1: netns red',
    'node1: netns red: link lo mtu 65536',
    'node1: nft {"rule":{"chain":"post","expr":[{"counter":{}}]}}',
    'node1: process httpd',
    'node1: process httpd',
    'node1: route dst default gateway 10.0.0.254 dev br0',
  ]);
});

test('counters, indexes, carrier and hardware addresses do not count; one process more does', async () => {
  const before = await takeFootprint(contextOf(room));
  const later = JSON.parse(
    JSON.stringify(room)
      .replaceAll('"ifindex":7', '"ifindex":9')
      .replaceAll('"packets":9', '"packets":10')
      .replace('"handle":4', '"handle":5')
      .replace(',"LOWER_UP"', '')
      .replace('02:00:00:00:00:01', '02:00:00:00:00:09'),
  ) as typeof room;
  expect(compareFootprints(before, await takeFootprint(contextOf(later)))).toEqual({ added: [], removed: [] });
  const more = { ...room, 'sh -c cat /proc/[0-9]*/comm 2>/dev/null; true': 'httpd\nhttpd\nhttpd\n' };
  expect(compareFootprints(before, await takeFootprint(contextOf(more)))).toEqual({
    added: ['node1: process httpd'],
    removed: [],
  });
  const closed = { ...room, 'cat /proc/sys/net/ipv4/ip_forward': '0\n' };
  expect(compareFootprints(before, await takeFootprint(contextOf(closed)))).toEqual({
    added: ['node1: forwarding 0'],
    removed: ['node1: forwarding 1'],
  });
});

test("of a place that is not the room's alone only what of the room stands there counts", async () => {
  let port = 40_000;
  let network = 'active';
  const world = createWorld(['node1', 'gateway']);
  world.intercept = (_node, argv) => (argv[0] === 'ss' ? { stdout: `udp UNCONN 0 0 0.0.0.0:${port} *:*\n` } : {});
  const { topology } = world.context;
  const own = { ...world.context, topology: { ...topology, nodes: topology.nodes.slice(0, 1) } };
  const shared = { ...own, shared: new Map([['gateway', async () => [`network nat: ${network}`]]]) };
  expect(await takeFootprint(own)).toContain('gateway: listening udp 0.0.0.0:40000');
  const before = await takeFootprint(shared);
  expect(before).toEqual(['gateway: network nat: active', 'node1: listening udp 0.0.0.0:40000']);
  // What a node listens on counts as before.
  port = 50_000;
  const after = await takeFootprint(shared);
  expect(compareFootprints(before, after)).toEqual({
    added: ['node1: listening udp 0.0.0.0:50000'],
    removed: ['node1: listening udp 0.0.0.0:40000'],
  });
  network = 'not active';
  expect(compareFootprints(after, await takeFootprint(shared))).toEqual({
    added: ['gateway: network nat: not active'],
    removed: ['gateway: network nat: active'],
  });
});

test('a chain that kube-proxy has not removed yet does not count, a rule in it does', async () => {
  const chain = { chain: { family: 'ip', table: 'kube-proxy', name: 'service-ABC' } };
  const rule = { rule: { family: 'ip', table: 'kube-proxy', chain: 'service-ABC', expr: [{ accept: {} }] } };
  const hooked = { chain: { family: 'ip', table: 'kube-proxy', name: 'nat-output', hook: 'output' } };
  const nft = (...entries: object[]) => contextOf({ 'nft -j list ruleset': { nftables: entries } });
  expect(await takeFootprint(nft(chain))).toEqual([]);
  expect(await takeFootprint(nft(chain, rule))).toHaveLength(1);
  expect(await takeFootprint(nft(hooked))).toHaveLength(1);
  expect(await takeFootprint(nft({ chain: { ...chain.chain, table: 'mine' } }))).toHaveLength(1);
});

test('the rule that kube-proxy writes when it comes to it does not count, another drop in its table does', async () => {
  const comment = 'Drop traffic to unallocated ClusterIPs';
  const drop = { family: 'ip', table: 'kube-proxy', chain: 'cluster-ips-check', expr: [{ drop: null }] };
  const nft = (rule: object) => contextOf({ 'nft -j list ruleset': { nftables: [{ rule }] } });
  expect(await takeFootprint(nft({ ...drop, comment }))).toEqual([]);
  expect(await takeFootprint(nft(drop))).toHaveLength(1);
  expect(await takeFootprint(nft({ ...drop, comment, table: 'mine' }))).toHaveLength(1);
});
