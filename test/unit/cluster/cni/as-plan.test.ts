// Who is in which autonomous system, and who talks to whom.

import { expect, test } from 'vitest';
import { asOf, sessionsOf } from '../../../../src/cluster/cni/as-plan.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

const room = (as: string, nodes: string) =>
  loadTopology(
    `config:\n  podlab:engine: kubernetes\n  podlab:cni: { name: bridge, routes: bgp, as: ${as} }\n  podlab:nodes: ${nodes}`,
    { stack: 'lab', file: 'f' },
  );

/** `node: peer kind …`; a client is what the other end is to a reflector. */
const sessions = (topology: ReturnType<typeof room>) =>
  topology.nodes.map(({ name }) => {
    const words = sessionsOf(topology, name).map(
      ({ peer, isInternal, isClient }) => `${peer} ${isClient ? 'client' : isInternal ? 'internal' : 'external'}`,
    );
    return `${name} (${asOf(topology, name)}): ${words.join(', ')}`;
  });

test('one AS is a full mesh inside', () => {
  expect(sessions(room('65000', '{ count: 3 }'))).toEqual([
    'node1 (65000): node2 internal, node3 internal',
    'node2 (65000): node1 internal, node3 internal',
    'node3 (65000): node1 internal, node2 internal',
  ]);
});

test('an AS for each node is a full mesh between', () => {
  expect(sessions(room('per-node', '{ count: 3 }'))).toEqual([
    'node1 (64512): node2 external, node3 external',
    'node2 (64513): node1 external, node3 external',
    'node3 (64514): node1 external, node2 external',
  ]);
});

test('an AS for each rack goes by the first nodes, in the order of the file', () => {
  const nodes =
    '[{ name: x1, rack: x }, { name: y1, rack: y }, { name: x2, rack: x }, { name: x3, rack: x }, { name: z1, rack: z }]';
  expect(sessions(room('per-rack', nodes))).toEqual([
    'x1 (64512): y1 external, x2 client, x3 client, z1 external',
    'y1 (64513): x1 external, z1 external',
    'x2 (64512): x1 internal',
    'x3 (64512): x1 internal',
    'z1 (64514): x1 external, y1 external',
  ]);
});

test('a node alone talks to nobody', () => {
  for (const as of ['64512', 'per-node']) expect(sessions(room(as, '{ count: 1 }'))).toEqual(['node1 (64512): ']);
});
