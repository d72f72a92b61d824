// Networks as values: the exact reason for each refusal, and arithmetic held against counting by hand.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocatableCount,
  blockCount,
  cidrAround,
  cidrOf,
  cidrOfSpan,
  cidrSize,
  containsAddress,
  containsCidr,
  formatCidr,
  formatSpan,
  lastAddress,
  nthAddress,
  nthBlock,
  overlaps,
  parseCidr,
  parseCidrOrRange,
} from '../../../src/net/cidr.ts';
import { formatIp } from '../../../src/net/ipv4.ts';

const notNetwork = 'is not an IPv4 network (address/prefix length)';

describe('parseCidr', () => {
  test.each([
    ['0.0.0.0/0', 0, 0],
    ['10.96.0.0/12', 0x0a600000, 12],
    ['255.255.255.255/32', 0xffffffff, 32],
  ])('reads %s', (text, base, prefix) => {
    expect(parseCidr(text)).toEqual({ cidr: { base, prefix } });
  });

  test.each([
    ['', 'malformed', notNetwork, ''],
    ['10.0.0/8', 'malformed', notNetwork, ''],
    ['10.0.0.256/32', 'malformed', notNetwork, ''],
    ['010.0.0.0/8', 'malformed', notNetwork, ''],
    [' 10.0.0.0/8', 'malformed', notNetwork, ''],
    ['10.0.0.0/8/8', 'malformed', notNetwork, ''],
    ['10.0.0.0', 'malformed', 'has no prefix length', ''],
    ['10.0.0.0/', 'malformed', 'has a prefix length of "", not a number', ''],
    ['10.0.0.0/08', 'malformed', 'has a prefix length of "08", not a number', ''],
    ['10.0.0.0/33', 'malformed', 'has a prefix length of 33, more than 32', ''],
    ['10.1.2.3/8', 'host-bits', 'has host bits set', '10.0.0.0/8'],
    ['192.168.122.1/24', 'host-bits', 'has host bits set', '192.168.122.0/24'],
    ['fd00::/64', 'ipv6', 'is IPv6, which is not supported yet', ''],
    ['::ffff:10.0.0.0/104', 'ipv6', 'is IPv6, which is not supported yet', ''],
  ])('refuses %j: %s, %s', (text, reason, detail, canonical) => {
    expect(parseCidr(text)).toEqual({ fault: { reason, detail, canonical } });
  });
});

describe('parseCidrOrRange', () => {
  test.each([
    ['10.96.0.0-10.111.255.255', '10.96.0.0/12'],
    ['10.96.0.0 - 10.111.255.255', '10.96.0.0/12'],
    ['10.0.0.7-10.0.0.7', '10.0.0.7/32'],
    ['0.0.0.0-255.255.255.255', '0.0.0.0/0'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
  ])('reads %j as %s', (text, canonical) => {
    expect(parseCidrOrRange(text)).toEqual({ cidr: cidrOf(canonical) });
  });

  test.each([
    ['10.96.0.0-10.111.255.254', 'is not the range of one network'],
    ['10.96.0.1-10.112.0.0', 'is not the range of one network'],
    ['10.0.0.9-10.0.0.8', 'ends before it begins'],
    ['10.0.0.9-x', 'is not a range of two IPv4 addresses'],
  ])('refuses %j: %s', (text, detail) => {
    expect(parseCidrOrRange(text).fault?.detail).toBe(detail);
  });
});

test('the service range of kubeadm has 1,048,576 addresses and hands out 1,048,574', () => {
  const services = cidrOf('10.96.0.0/12');
  expect(cidrSize(services)).toBe(1_048_576);
  expect(allocatableCount(services)).toBe(1_048_574);
  expect(formatSpan(services)).toBe('10.96.0.0-10.111.255.255');
  expect(formatIp(nthAddress(services, 1))).toBe('10.96.0.1');
});

test('ranges of one or two addresses hand out none', () => {
  expect([30, 31, 32].map((prefix) => allocatableCount({ base: 0, prefix }))).toEqual([2, 0, 0]);
});

test('a pod network splits into one block per node', () => {
  const pods = cidrOf('10.244.0.0/16');
  expect(blockCount(pods, 24)).toBe(256);
  expect(formatCidr(nthBlock(pods, 24, 255))).toBe('10.244.255.0/24');
  expect(blockCount(pods, 15)).toBe(0);
  expect(() => nthBlock(pods, 24, 256)).toThrow('10.244.0.0/16 has no /24 number 256');
});

test('an address outside the network is an error, not a wrapped number', () => {
  expect(() => nthAddress(cidrOf('10.0.0.0/30'), 4)).toThrow('10.0.0.0/30 has no address number 4');
  expect(() => cidrOf('10.0.0.1/30')).toThrow('10.0.0.1/30 has host bits set');
});

const anyCidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => cidrAround(address, prefix));

test('text and value go round', () => {
  fc.assert(
    fc.property(anyCidr, (cidr) => {
      expect(parseCidr(formatCidr(cidr))).toEqual({ cidr });
      expect(parseCidrOrRange(formatSpan(cidr))).toEqual({ cidr });
      expect(cidrOfSpan(cidr.base, lastAddress(cidr))).toEqual(cidr);
    }),
  );
});

test('contains and overlaps agree with looking at every address', () => {
  // 64 addresses, so that small networks meet often and can be counted through.
  const small = fc
    .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 26, max: 32 }))
    .map(([address, prefix]) => cidrAround(0x0a000000 + address, prefix));
  const members = (cidr: { base: number; prefix: number }) => {
    return Array.from({ length: 64 }, (_, n) => 0x0a000000 + n).filter((ip) => containsAddress(cidr, ip));
  };
  fc.assert(
    fc.property(small, small, (a, b) => {
      const [inA, inB] = [members(a), members(b)];
      expect(inA.length).toBe(cidrSize(a));
      expect(overlaps(a, b)).toBe(inA.some((ip) => inB.includes(ip)));
      expect(containsCidr(a, b)).toBe(inB.every((ip) => inA.includes(ip)));
    }),
  );
});
