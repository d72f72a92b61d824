// Whether nodes stand where others stood: a node that was taken out of the middle, or put there.

import type { VmRecord } from '../../infra/vm-record.ts';
import type { Topology } from '../../topology/topology.ts';
import type { KnownResource } from './pulumi-stack.ts';

/** Networks that have to become new, and every machine with them, when nodes have moved: their names in Pulumi's state, which is read only then. */
export async function renewedNetworks(
  earlier: Pick<VmRecord, 'topology'> | undefined,
  now: Topology,
  known: () => Promise<readonly KnownResource[]>,
): Promise<readonly string[]> {
  if (earlier === undefined || !hasMoved(earlier.topology, now)) return [];
  return (await known()).filter(({ type }) => type === 'libvirt:index/network:Network').map(({ urn }) => urn);
}

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
