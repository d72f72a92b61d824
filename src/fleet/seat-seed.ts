// What makes a seat's numbers differ from the neighbour's, the same on every machine that the seat is built on.

import { createHash } from 'node:crypto';

/** 16 hexadecimal digits. Not a secret: it chooses among the numbers that a lab allows. */
export function seatSeed(workshop: string, seat: number): string {
  return createHash('sha256').update(`${workshop}\n${seat}`).digest('hex').slice(0, 16);
}
