// Dotted quads.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatIp, looksLikeIpv6, parseIp } from '../../../src/net/ipv4.ts';

test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.-4', '1.2.3.4 ', '0x1.2.3.4', '1..2.3'])(
  '%j is not an address',
  (text) => {
    expect(parseIp(text)).toBeUndefined();
  },
);

test('every address goes round through text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (address) => {
      expect(parseIp(formatIp(address))).toBe(address);
    }),
  );
});

test.each([
  ['::1', true],
  ['fe80::1%eth0', true],
  ['2001:db8::/32', true],
  ['10.0.0.1', false],
  ['localhost:80', false],
])('whether %j looks like IPv6: %s', (text, expected) => {
  expect(looksLikeIpv6(text)).toBe(expected);
});
