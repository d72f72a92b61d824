// Whether nodes stand where others stood: a node that was taken out of the middle, or put there.

import type { Topology } from '../../topology/topology.ts';

/**
 * Two machines cannot have one address or one block of pod addresses even for a moment, and Pulumi removes what is no longer wanted
 * only when all the rest is done. Then a room begins with its networks again.
 */
export function hasMoved(earlier: Topology, now: Topology): boolean {
  const before = new Map(placesOf(earlier));
  return placesOf(now).some(([place, node]) => (before.get(place) ?? node) !== node);
}

/** Blocks of pod addresses, and addresses that the stack file leaves open, go by a node's number. */
function placesOf({ nodes }: Topology): readonly (readonly [string, string])[] {
  return nodes.flatMap(({ name, nics }, n) => [
    [`node ${n}`, name] as const,
    ...nics.flatMap(({ network, ip, mac }) => [
      [`${network} ${ip}`, name] as const,
      [`${network} ${mac}`, name] as const,
    ]),
  ]);
}
