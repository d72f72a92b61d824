// Networks and MAC addresses of seats: by the number alone, and never the same twice.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seatBlocks, seatMac, seatNetworks } from '../../../src/fleet/seat-addresses.ts';
import { cidrOf, containsCidr, formatCidr, overlaps } from '../../../src/net/cidr.ts';

const range = cidrOf('10.200.0.0/14');

test('a seat has a block of its own, the larger network first in it', () => {
  expect(seatNetworks(range, [24, 24], 1).map(formatCidr)).toEqual(['10.200.0.0/24', '10.200.1.0/24']);
  expect(seatNetworks(range, [24, 24], 3).map(formatCidr)).toEqual(['10.200.4.0/24', '10.200.5.0/24']);
  expect(seatNetworks(range, [26, 24, 25], 2).map(formatCidr)).toEqual([
    '10.200.3.128/26',
    '10.200.2.0/24',
    '10.200.3.0/25',
  ]);
});

test('the usual range has room for more than all seats that a workshop may have', () => {
  expect(seatBlocks(range, [24, 24])).toBe(512);
  expect(seatBlocks(range, [24, 24, 24])).toBe(256);
  expect(seatBlocks(range, [13])).toBe(0);
  expect(() => seatNetworks(range, [24, 24], 513)).toThrow(RangeError);
});

test('no two networks of two seats share an address, and all lie in the range', () => {
  const prefixes = fc.array(fc.integer({ min: 22, max: 30 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      prefixes,
      fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 }),
      (lengths, seats) => {
        const all = [...new Set(seats)].flatMap((seat) => seatNetworks(range, lengths, seat));
        expect(all.map(({ prefix }) => prefix)).toEqual([...new Set(seats)].flatMap(() => lengths));
        for (const [n, one] of all.entries()) {
          expect(containsCidr(range, one)).toBe(true);
          expect(all.slice(0, n).filter((other) => overlaps(one, other))).toEqual([]);
        }
      },
    ),
  );
});

test('500 seats of 64 NICs share no MAC address; another workshop counts from elsewhere', () => {
  const macs = new Set<string>();
  for (let seat = 1; seat <= 500; seat++) for (let nic = 0; nic < 64; nic++) macs.add(seatMac('day1', seat, nic));
  expect(macs.size).toBe(500 * 64);
  expect([...macs].filter((mac) => !/^52:54:00(:[0-9a-f]{2}){3}$/.test(mac))).toEqual([]);
  expect(seatMac('day2', 1, 0)).not.toBe(seatMac('day1', 1, 0));
  expect(() => seatMac('day1', 512, 0)).toThrow(RangeError);
});
