// host-gw: every other node is the gateway to its own pods. Works where all nodes are neighbours on one network.

import type { Topology } from '../../topology/topology.ts';
import type { NodeCommand } from './cni-plan.ts';
import { clusterIfaceOf, peersOf } from './peers.ts';

export function hostGwRoutes(topology: Topology, node: string): readonly NodeCommand[] {
  const dev = clusterIfaceOf(topology, node);
  return peersOf(topology, node).map(({ address, block }) => ({
    run: ['ip', 'route', 'replace', block, 'via', address, 'dev', dev],
    input: '',
    undo: ['ip', 'route', 'del', block, 'via', address, 'dev', dev],
  }));
}
