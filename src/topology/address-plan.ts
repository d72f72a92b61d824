// Which address each node gets on a network.

import { type Cidr, containsAddress, lastAddress, nthAddress } from '../net/cidr.ts';

/** A node on the network. */
export interface Seat {
  /** The node's number in the file, from 1. */
  readonly index: number;
  /** The address that the file fixes, if it does. */
  readonly fixed: number | undefined;
}

/**
 * One address per seat, in order. Node number n gets that of the first node and n - 1, the same on every network, when all of them fit; otherwise,
 * and for a node whose own number is taken by a fixed address, the lowest free one from .2. The first address is the
 * gateway's, the last is for broadcasts.
 *
 * @param cidr prefix length 30 or less
 * @param first the first node's number in the network, from 2
 * @returns undefined for a seat that finds no free address
 */
export function planAddresses(cidr: Cidr, seats: readonly Seat[], first = 11): readonly (number | undefined)[] {
  const offset = first - 1;
  const taken = new Set(seats.flatMap(({ fixed }) => (fixed === undefined ? [] : [fixed])));
  const doFit = seats.every(
    ({ index, fixed }) => fixed !== undefined || cidr.base + offset + index < lastAddress(cidr),
  );
  const plan = seats.map(({ index, fixed }) => {
    if (fixed !== undefined) return fixed;
    const numbered = cidr.base + offset + index;
    if (!doFit || taken.has(numbered)) return undefined;
    taken.add(numbered);
    return numbered;
  });
  let next = nthAddress(cidr, 2);
  return plan.map((address) => {
    if (address !== undefined) return address;
    while (taken.has(next)) next += 1;
    if (!containsAddress(cidr, next) || next === lastAddress(cidr)) return undefined;
    taken.add(next);
    return next;
  });
}
