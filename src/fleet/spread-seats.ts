// Which host each seat of a workshop is on: the same answer for the same file, and for a seat whoever comes after it.

import type { SeatHost } from './libvirt-place.ts';
import type { Seat } from './workshop.ts';

export interface Spread {
  /** All of the workshop, in their order. */
  readonly seats: readonly Seat[];
  readonly hosts: readonly SeatHost[];
  /** What the machines of one seat take. */
  readonly need: { readonly memoryMiB: number; readonly cpus: number };
  /** Seats that are made already, by stack: URI of the host that has them. They stay there. */
  readonly kept: ReadonlyMap<string, string>;
}

/**
 * URI of the host by the seat's stack; a seat for which no host has room is absent. Each goes where the smallest share is
 * taken, by those before it; a host that does not say how much it has counts like the largest that does. Seats that are made
 * somewhere else, because the file said something else then, stay, and others make way for them.
 */
export function spreadSeats({ seats, hosts, need, kept }: Spread): ReadonlyMap<string, string> {
  const room = hosts.map((host) => seatsOn(host, need));
  const wanted = dealOut(seats, room);
  const taken = hosts.map(({ uri }) => seats.filter(({ stack }) => kept.get(stack) === uri).length);
  const places = new Map<string, string>();
  for (const { stack } of seats) {
    const before = kept.get(stack);
    if (before !== undefined) {
      places.set(stack, before);
      continue;
    }
    const first = wanted.get(stack);
    const isFree = first !== undefined && (taken[first] ?? 0) < (room[first] ?? 0);
    const host = isFree ? first : leastTaken(taken, room);
    if (host === undefined) continue;
    taken[host] = (taken[host] ?? 0) + 1;
    places.set(stack, hosts[host]?.uri ?? '');
  }
  return places;
}

/** Host number by stack, as if nothing had been made. */
function dealOut(seats: readonly Seat[], room: readonly number[]): ReadonlyMap<string, number> {
  const taken = room.map(() => 0);
  const places = new Map<string, number>();
  for (const { stack } of seats) {
    const host = leastTaken(taken, room);
    if (host === undefined) return places;
    taken[host] = (taken[host] ?? 0) + 1;
    places.set(stack, host);
  }
  return places;
}

/** The host that will have the smallest share taken after one seat more; the first of equals. */
function leastTaken(taken: readonly number[], room: readonly number[]): number | undefined {
  const largest = Math.max(...room.filter((count) => count < unlimited), 1);
  const share = (n: number) => ((taken[n] ?? 0) + 1) / Math.min(room[n] ?? 0, largest);
  const [best] = [...room.keys()]
    .filter((n) => (taken[n] ?? 0) < (room[n] ?? 0))
    .sort((a, b) => share(a) - share(b) || a - b);
  return best;
}

const unlimited = Number.POSITIVE_INFINITY;

/** How many seats a host has room for, as far as the file says. */
export function seatsOn({ memoryMiB, cpus }: SeatHost, need: Spread['need']): number {
  const byMemory = memoryMiB === 0 ? unlimited : Math.floor(memoryMiB / need.memoryMiB);
  const byCpus = cpus === 0 ? unlimited : Math.floor(cpus / need.cpus);
  return Math.min(byMemory, byCpus);
}
