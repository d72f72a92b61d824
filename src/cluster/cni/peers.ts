// The other nodes of a cluster, as a datapath sees them.

import type { Topology } from '../../topology/topology.ts';
import { clusterAddressOf } from '../cluster-place.ts';
import { podCidrOf } from '../pod-cidr.ts';

export interface Peer {
  readonly name: string;
  /** Its address on the network that the cluster advertises. */
  readonly address: string;
  /** Its block of pod addresses. */
  readonly block: string;
}

/** In the order of the stack file. */
export function peersOf(topology: Topology, node: string): readonly Peer[] {
  return topology.nodes
    .filter(({ name }) => name !== node)
    .map(({ name }) => ({ name, address: clusterAddressOf(topology, name), block: podCidrOf(topology, name) }));
}

/** The interface with which a node is on the network that the cluster advertises. */
export function clusterIfaceOf({ nodes, kubernetes }: Topology, node: string): string {
  const nics = nodes.find(({ name }) => name === node)?.nics ?? [];
  return nics.find(({ network }) => network === kubernetes.advertise)?.iface ?? '';
}
