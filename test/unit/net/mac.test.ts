// Ethernet addresses.

import { expect, test } from 'vitest';
import { computeMac, macFault, parseMac } from '../../../src/net/mac.ts';

test.each(['52:54:00:AB:cd:ef', '52-54-00-ab-cd-ef', '5254.00ab.cdef'])('%s is read', (text) => {
  expect(parseMac(text)).toEqual({ mac: '52:54:00:ab:cd:ef' });
});

test.each(['', '52:54:00:ab:cd', '52:54:00:ab:cd:ef:00', '52:54:00-ab-cd-ef', '5254.00ab:cdef', '52:54:00:ab:cd:eg'])(
  '%j is refused',
  (text) => {
    expect(parseMac(text)).toEqual({ fault: 'is not a MAC address' });
  },
);

test.each([
  ['00:00:00:00:00:00', 'is all zero'],
  ['ff:ff:ff:ff:ff:ff', 'is the broadcast address'],
  ['01:00:5e:00:00:01', 'is a multicast address'],
  ['53:54:00:00:00:01', 'is a multicast address'],
  ['52:54:00:00:00:01', ''],
  ['00:00:00:00:00:01', ''],
])('a NIC with %s: %j', (mac, fault) => {
  expect(macFault(mac)).toBe(fault);
});

test('a computed address depends on stack, node and network, and on nothing else', () => {
  const free = () => false;
  expect(computeMac('quickstart', 'node1', 'nat', free)).toBe('52:54:00:b6:fd:f9');
  const others = [
    computeMac('quickstart2', 'node1', 'nat', free),
    computeMac('quickstart', 'node2', 'nat', free),
    computeMac('quickstart', 'node1', 'isolated', free),
  ];
  expect(new Set([...others, '52:54:00:b6:fd:f9']).size).toBe(4);
});

test('a taken address is stepped over, also at the end of the range', () => {
  const taken = new Set(['52:54:00:b6:fd:f9', '52:54:00:b6:fd:fa']);
  expect(computeMac('quickstart', 'node1', 'nat', (mac) => taken.has(mac))).toBe('52:54:00:b6:fd:fb');
  const top = (mac: string) => mac >= '52:54:00:b6:fd:f9';
  expect(computeMac('quickstart', 'node1', 'nat', top)).toBe('52:54:00:00:00:00');
});
