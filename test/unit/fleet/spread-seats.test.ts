// Which host a seat is on.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SeatHost } from '../../../src/fleet/libvirt-place.ts';
import { seatsOn, spreadSeats } from '../../../src/fleet/spread-seats.ts';
import type { Seat } from '../../../src/fleet/workshop.ts';

const need = { memoryMiB: 4096, cpus: 4 };
const host = (uri: string, changes: Partial<SeatHost> = {}): SeatHost => {
  return { uri, memoryMiB: 0, cpus: 0, type: '', directory: '', ...changes };
};
const seats = (count: number): Seat[] =>
  Array.from({ length: count }, (_, n) => ({ number: n + 1, stack: `day1-${n + 1}`, person: '' }));

function spread(count: number, hosts: readonly SeatHost[], kept: Readonly<Record<string, string>> = {}): string {
  const places = spreadSeats({ seats: seats(count), hosts, need, kept: new Map(Object.entries(kept)) });
  return seats(count)
    .map(({ stack }) => places.get(stack) ?? '-')
    .join('');
}

test('hosts that say nothing take turns', () => {
  expect(spread(6, [host('a'), host('b'), host('c')])).toBe('abcabc');
});

test('a host with twice the memory gets twice as many', () => {
  expect(spread(6, [host('a', { memoryMiB: 32_768 }), host('b', { memoryMiB: 16_384 })])).toBe('aabaab');
});

test('the scarcer of memory and CPUs counts, and who finds no room has no host', () => {
  const small = host('a', { memoryMiB: 65_536, cpus: 8 });
  expect(seatsOn(small, need)).toBe(2);
  expect(spread(4, [small, host('b', { memoryMiB: 4096 })])).toBe('aab-');
  expect(spread(2, [host('a', { memoryMiB: 4095 })])).toBe('--');
});

test('a host that does not say how much it has counts like the largest that does, without end', () => {
  expect(spread(6, [host('a', { memoryMiB: 8192 }), host('b')])).toBe('ababbb');
});

test('seats that are made stay where they are, and others make way', () => {
  const hosts = [host('a', { memoryMiB: 8192 }), host('b', { memoryMiB: 8192 })];
  expect(spread(4, hosts)).toBe('abab');
  expect(spread(4, hosts, { 'day1-2': 'a', 'day1-4': 'a' })).toBe('baba');
  // On a host that the file has no more.
  expect(spread(3, hosts, { 'day1-1': 'x' })).toBe('xba');
});

const anyHosts = fc
  .array(fc.record({ memoryMiB: fc.constantFrom(0, 4096, 8192, 65_536), cpus: fc.constantFrom(0, 4, 64) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((list) => list.map((changes, n) => host(`h${n}`, changes)));

test('more seats move nobody, no host gets more than it has, and nobody is left out while one has room', () => {
  fc.assert(
    fc.property(anyHosts, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 20 }), (hosts, count, more) => {
      const few = spreadSeats({ seats: seats(count), hosts, need, kept: new Map() });
      const many = spreadSeats({ seats: seats(count + more), hosts, need, kept: new Map() });
      for (const [stack, uri] of few) expect(many.get(stack)).toBe(uri);
      const on = hosts.map(({ uri }) => [...many.values()].filter((one) => one === uri).length);
      for (const [n, one] of hosts.entries()) expect(on[n]).toBeLessThanOrEqual(seatsOn(one, need));
      const room = hosts.reduce((sum, one) => sum + seatsOn(one, need), 0);
      expect(many.size).toBe(Math.min(count + more, room));
    }),
  );
});

test('whatever part of the seats is made already, with the same file the others go where they always would', () => {
  fc.assert(
    fc.property(anyHosts, fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (hosts, made) => {
      const all = seats(made.length);
      const plan = spreadSeats({ seats: all, hosts, need, kept: new Map() });
      const kept = new Map([...plan].filter(([stack]) => made[Number(stack.split('-')[1]) - 1]));
      expect(spreadSeats({ seats: all, hosts, need, kept })).toEqual(plan);
    }),
  );
});
