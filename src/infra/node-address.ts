// By which of its addresses a machine is reached.

import { clusterAddressOf } from '../cluster/cluster-place.ts';
import type { Topology } from '../topology/topology.ts';

/** The address by which libvirt's machine reaches a node: that of its cluster, else the one on its first network. */
export function nodeAddress(topology: Topology, name: string): string {
  const inCluster = topology.engine === 'kubernetes' ? clusterAddressOf(topology, name) : '';
  const node = topology.nodes.find((one) => one.name === name);
  return inCluster || (node?.nics[0]?.ip ?? '');
}
