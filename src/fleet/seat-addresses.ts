// Networks and MAC addresses of a seat, by its number alone: no two seats of a workshop share one, on whatever hosts they are.

import { createHash } from 'node:crypto';
import { blockCount, type Cidr, nthBlock } from '../net/cidr.ts';
import { computedMacPrefix, formatMac } from '../net/mac.ts';

/**
 * The prefix length of the block that a seat has for networks of these lengths: blocks are equal and aligned, so that a
 * seat's addresses say whose they are, and stay when there are more seats.
 *
 * @param prefixes at least one, 0 to 32
 */
export function seatBlockPrefix(prefixes: readonly number[]): number {
  const addresses = prefixes.reduce((sum, prefix) => sum + 2 ** (32 - prefix), 0);
  return 32 - Math.ceil(Math.log2(addresses));
}

/** How many seats the range has room for. */
export function seatBlocks(range: Cidr, prefixes: readonly number[]): number {
  const prefix = seatBlockPrefix(prefixes);
  return prefix < 0 ? 0 : blockCount(range, prefix);
}

/**
 * The networks of a seat, in the order of `prefixes`.
 *
 * @param seat from 1
 * @throws RangeError for a seat that the range has no room for
 */
export function seatNetworks(range: Cidr, prefixes: readonly number[], seat: number): readonly Cidr[] {
  const block = nthBlock(range, seatBlockPrefix(prefixes), seat - 1);
  // Largest first: then each begins at a multiple of its size.
  const order = [...prefixes.keys()].sort((a, b) => (prefixes[a] ?? 0) - (prefixes[b] ?? 0) || a - b);
  const networks: Cidr[] = [];
  let base = block.base;
  for (const n of order) {
    const prefix = prefixes[n] ?? 32;
    networks[n] = { base, prefix };
    base += 2 ** (32 - prefix);
  }
  return networks;
}

/** Of the 24 bits behind the prefix, these are a NIC's number; the nine above them are the seat's, of which there are 500. */
const nicBits = 15;

/**
 * The address of NIC number `nic` of a seat. What they are counted from differs from workshop to workshop.
 *
 * @param seat 1 to 500
 * @param nic 0 to 32767, counted through all nodes of the room
 */
export function seatMac(workshop: string, seat: number, nic: number): string {
  if (seat < 1 || seat >= 2 ** 9 || nic >= 2 ** nicBits) throw new RangeError(`no MAC for NIC ${nic} of seat ${seat}`);
  const start = createHash('sha256').update(workshop).digest().readUIntBE(0, 3);
  const tail = formatMac((seat * 2 ** nicBits + nic) ^ start).slice(9);
  return `${computedMacPrefix}:${tail}`;
}
