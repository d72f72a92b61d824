// Which node is in which autonomous system, and which nodes talk BGP to each other.

import type { Topology } from '../../topology/topology.ts';

/** The first AS number where nodes or racks count on from it: the first for private use (RFC 6996). */
const firstAs = 64_512;

export interface Session {
  /** The node at the other end. */
  readonly peer: string;
  readonly peerAs: number;
  /** Whether both ends are in one AS. */
  readonly isInternal: boolean;
  /** Whether the other end is a client of this route reflector. */
  readonly isClient: boolean;
}

export function asOf({ cni, nodes }: Topology, node: string): number {
  if (typeof cni.as === 'number') return cni.as;
  const { rack = '' } = nodes.find(({ name }) => name === node) ?? {};
  const index = cni.as === 'per-rack' ? racksOf(nodes).indexOf(rack) : nodes.findIndex(({ name }) => name === node);
  return firstAs + index;
}

/**
 * One AS, and an AS for each node: everybody with everybody. An AS for each rack: a node with the first of its rack, which
 * reflects what it hears, and the first nodes with each other.
 */
export function sessionsOf(topology: Topology, node: string): readonly Session[] {
  const isReflector = topology.cni.as === 'per-rack' && isFirstOfRack(topology, node);
  return topology.nodes
    .filter(({ name }) => name !== node && doTalk(topology, node, name))
    .map(({ name }) => {
      const peerAs = asOf(topology, name);
      const isInternal = peerAs === asOf(topology, node);
      return { peer: name, peerAs, isInternal, isClient: isReflector && isInternal };
    });
}

function doTalk(topology: Topology, a: string, b: string): boolean {
  if (topology.cni.as !== 'per-rack') return true;
  const firsts = [a, b].filter((name) => isFirstOfRack(topology, name)).length;
  return asOf(topology, a) === asOf(topology, b) ? firsts === 1 : firsts === 2;
}

/** The node of a rack that stands for it: the first in the stack file. */
export function isFirstOfRack({ nodes }: Topology, node: string): boolean {
  const rack = nodes.find(({ name }) => name === node)?.rack;
  return nodes.find((one) => one.rack === rack)?.name === node;
}

/** In the order in which the stack file mentions them. */
export function racksOf(nodes: Topology['nodes']): readonly string[] {
  return [...new Set(nodes.map(({ rack }) => rack))];
}
