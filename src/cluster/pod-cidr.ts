// Which block of pod addresses a node has: a pure function of the topology, so that every seat has the same.

import { cidrOf, formatCidr, nthBlock } from '../net/cidr.ts';
import type { Topology } from '../topology/topology.ts';

/** The i-th node of the stack file has the i-th block of `podSubnet`, counted from 0. */
export function podCidrOf({ nodes, kubernetes }: Topology, node: string): string {
  const index = nodes.findIndex(({ name }) => name === node);
  if (index === -1) throw new RangeError(`there is no node ${node}`);
  return formatCidr(nthBlock(cidrOf(kubernetes.podSubnet), kubernetes.nodePrefix, index));
}
