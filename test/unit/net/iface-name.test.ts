// Interface names: what the kernel takes, and what a person can read.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ifaceName, ifaceNameFault } from '../../../src/net/iface-name.ts';

test.each([
  [['br', 'nat'], 'br-nat'],
  [['node1', 'isolated'], 'node1-isolated'],
  [['node10', 'isolated'], 'node10-isolated'],
  [['node100', 'isolated'], 'node100-h4u2xs'],
  [['quite-long-node', 'isolated'], 'quite-lo-ep5lig'],
])('%j is called %s', (parts, name) => {
  expect(ifaceName(...parts)).toBe(name);
});

test('names with a long common beginning differ', () => {
  expect(ifaceName('node-in-rack-12-a', 'nat')).not.toBe(ifaceName('node-in-rack-12-b', 'nat'));
  expect(ifaceName('node-in-rack-1', '2-nat')).not.toBe(ifaceName('node-in-rack', '1-2-nat'));
});

test('whatever the parts, the name fits', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 }), (parts) => {
      expect(Buffer.byteLength(ifaceName(...parts))).toBeLessThanOrEqual(15);
    }),
  );
});

test.each([
  ['', 'is empty'],
  ['.', 'means a directory'],
  ['..', 'means a directory'],
  ['a/b', 'contains "/"'],
  ['a b', 'contains " "'],
  ['a:b', 'contains ":"'],
  ['a%d', 'contains "%"'],
  ['a\u001bb', 'contains "\\u001b"'],
  ['-a', 'looks like an option'],
  ['all', 'stands for every interface in sysctl'],
  ['sixteen-bytes-xx', 'has 16 bytes, more than 15'],
  ['schön-schön-sch', 'has 17 bytes, more than 15'],
  ['fifteen-bytes-x', ''],
  ['eth0.100', ''],
])('%j: %j', (name, fault) => {
  expect(ifaceNameFault(name)).toBe(fault);
});
