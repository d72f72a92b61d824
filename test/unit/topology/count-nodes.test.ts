import { expect, test } from 'vitest';
import { countNodes } from '../../../src/topology/count-nodes.ts';

test.each([
  [0, '0 nodes'],
  [1, '1 node'],
  [2, '2 nodes'],
])('%i of them are %s', (count, expected) => {
  expect(countNodes(Array.from({ length: count }))).toBe(expected);
});
