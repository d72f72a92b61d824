// When a node that comes or goes gives others the place of somebody else.

import { expect, test } from 'vitest';
import { hasMoved } from '../../../../src/driver/libvirt/moved.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

const room = (...nodes: readonly string[]) =>
  loadTopology(
    `config:\n  podlab:networks: { lan: { mode: isolated, cidr: 10.1.0.0/24 } }\n  podlab:nodes: [${nodes.join(', ')}]\n`,
    { stack: 'lab', file: 'x' },
  );
const [a, b, c] = ['{ name: a }', '{ name: b }', '{ name: c }'] as const;
const fixed = (name: string, n: number) => `{ name: ${name}, networks: [{ network: lan, ip: 10.1.0.${n} }] }`;

test.each([
  ['one more at the end', room(a, b), room(a, b, c), false],
  ['one fewer at the end', room(a, b, c), room(a), false],
  ['the same', room(a, b), room(a, b), false],
  ['one fewer in the middle', room(a, b, c), room(a, c), true],
  ['one more at the beginning', room(b), room(a, b), true],
  ['an address that was free', room(fixed('a', 20), b), room(fixed('a', 21), b), false],
  ['addresses that change hands', room(fixed('a', 20), fixed('b', 21)), room(fixed('a', 21), fixed('b', 20)), true],
  ['another one instead', room(a, b), room(a, c), true],
])('%s', (_, before, now, moved) => {
  expect(hasMoved(before, now)).toBe(moved);
});
