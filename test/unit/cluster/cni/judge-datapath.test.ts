// A datapath that is as it should be, and ones that are not quite.

import { describe, expect, test } from 'vitest';
import { expectedDatapath } from '../../../../src/cluster/cni/expected-datapath.ts';
import { judgeDatapath, type SeenDatapath } from '../../../../src/cluster/cni/judge-datapath.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

function expected(cni: string, nodes = '{ count: 2 }', node = 'node1') {
  const text = `config:\n  podlab:engine: kubernetes\n  podlab:cni: ${cni}\n  podlab:nodes: ${nodes}`;
  return expectedDatapath(loadTopology(text, { stack: 'lab', file: 'f' }), node);
}

const nothing: SeenDatapath = { up: ['lo', 'eth0', 'eth1'], routes: [], tunnelEnds: [], sessions: [] };
const ownRoutes = [
  { dst: 'default', gateway: '192.168.122.1', dev: 'eth0' },
  { dst: '10.244.0.0/24', dev: 'cni0', protocol: 'kernel' },
  { dst: '192.168.39.0/24', dev: 'eth1', protocol: 'kernel' },
];
const pods = new Map([['node2', '10.244.1.7']]);

describe('plain routes', () => {
  const good = { ...nothing, routes: [...ownRoutes, { dst: '10.244.1.0/24', gateway: '192.168.39.12', dev: 'eth1' }] };
  test('by hand or by an agent are fine', () => {
    for (const cni of ['{ name: bridge }', '{ name: flannel, routes: host-gw }']) {
      expect(judgeDatapath(expected(cni), good, pods)).toEqual([]);
    }
  });
  test.each([
    [
      'no route but the default',
      { ...nothing, routes: ownRoutes },
      'looked for a route to 10.244.1.7 on node2 by eth1, saw none',
    ],
    [
      'one by the wrong interface',
      { ...nothing, routes: [{ dst: '10.244.0.0/16', gateway: '192.168.122.12', dev: 'eth0', protocol: 'static' }] },
      'looked for a route to 10.244.1.7 on node2 by eth1, saw 10.244.0.0/16 via 192.168.122.12 dev eth0 proto static',
    ],
    [
      'one by the wrong node',
      { ...nothing, routes: [{ dst: '10.244.1.0/24', gateway: '192.168.39.13', dev: 'eth1' }] },
      'looked for a route to 10.244.1.7 on node2 by eth1 via 192.168.39.12, saw 10.244.1.0/24 via 192.168.39.13 dev eth1',
    ],
    [
      'a longer one that leads elsewhere',
      { ...good, routes: [...good.routes, { dst: '10.244.1.7', dev: 'cni0' }] },
      'looked for a route to 10.244.1.7 on node2 by eth1, saw 10.244.1.7 dev cni0',
    ],
  ])('%s', (_, seen, fault) => {
    expect(judgeDatapath(expected('{ name: bridge }'), seen, pods)).toEqual([fault]);
  });
});

describe.each([
  ['{ name: bridge, routes: vxlan }', 'vxlan1'],
  ['{ name: flannel }', 'flannel.1'],
  ['{ name: calico, routes: vxlan }', 'vxlan.calico'],
])('the tunnel of %s', (cni, device) => {
  const good: SeenDatapath = {
    up: [...nothing.up, device],
    routes: [...ownRoutes, { dst: '10.244.1.0/24', gateway: '10.244.1.0', dev: device }],
    tunnelEnds: ['192.168.39.12'],
    sessions: [],
  };
  test('is fine with device, route and entry', () => {
    expect(judgeDatapath(expected(cni), good, pods)).toEqual([]);
  });
  test('misses a device that is down', () => {
    expect(judgeDatapath(expected(cni), { ...good, up: nothing.up }, pods)).toEqual([
      `looked for the interface ${device}, saw none that is up`,
    ]);
  });
  test('misses an entry for a node', () => {
    expect(judgeDatapath(expected(cni), { ...good, tunnelEnds: ['192.168.39.13'] }, pods)).toEqual([
      `looked for an entry of ${device} that leads to 192.168.39.12, saw none`,
    ]);
  });
  test('misses a route through it', () => {
    const routes = [{ dst: '10.244.1.0/24', gateway: '192.168.39.12', dev: 'eth1' }];
    expect(judgeDatapath(expected(cni), { ...good, routes }, pods)).toEqual([
      `looked for a route to 10.244.1.7 on node2 by ${device}, saw 10.244.1.0/24 via 192.168.39.12 dev eth1`,
    ]);
  });
});

describe('BGP', () => {
  const learned = (protocol: string, gateway = '192.168.39.12') => ({
    ...nothing,
    routes: [...ownRoutes, { dst: '10.244.1.0/24', gateway, dev: 'eth1', protocol }],
    sessions: ['node2 Established'],
  });
  test('of BIRD needs a session and its route', () => {
    const bird = expected('{ name: bridge, routes: bgp }');
    expect(judgeDatapath(bird, learned('bird'), pods)).toEqual([]);
    expect(
      judgeDatapath(bird, { ...learned('bird'), sessions: ['node2 Active Socket: Connection refused'] }, pods),
    ).toEqual(['looked for a BGP session with node2, saw Active Socket: Connection refused']);
    expect(judgeDatapath(bird, { ...learned('bird'), sessions: ['node22 Established'] }, pods)).toEqual([
      'looked for a BGP session with node2, saw none',
    ]);
    expect(judgeDatapath(bird, learned('static'), pods)).toEqual([
      'looked for a route to 10.244.1.7 on node2 by eth1 made by bird, saw 10.244.1.0/24 via 192.168.39.12 dev eth1 proto static',
    ]);
  });

  test('of kube-router is known by its protocol number', () => {
    const router = expected('{ name: kube-router }');
    expect(judgeDatapath(router, { ...learned('17'), sessions: [] }, pods)).toEqual([]);
    expect(judgeDatapath(router, learned('bird'), pods)).toHaveLength(1);
  });

  test('of racks leads to other racks through the first node of the own one', () => {
    const nodes = '[{ name: a-1, rack: a }, { name: a-2, rack: a }, { name: b-1, rack: b }]';
    const member = expected('{ name: bridge, routes: bgp, as: per-rack }', nodes, 'a-2');
    expect([...member.neighbours]).toEqual([['a-1', '192.168.39.11']]);
    const routes = [
      { dst: '10.244.0.0/24', gateway: '192.168.39.11', dev: 'eth1', protocol: 'bird' },
      { dst: '10.244.2.0/24', gateway: '192.168.39.11', dev: 'eth1', protocol: 'bird' },
    ];
    const seen = { ...nothing, routes, sessions: ['a_1 Established'] };
    const others = new Map([
      ['a-1', '10.244.0.2'],
      ['b-1', '10.244.2.2'],
    ]);
    expect(judgeDatapath(member, seen, others)).toEqual([]);
  });
});
