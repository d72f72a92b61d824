// Numbers on the command line: what is taken, and what is said of the rest.

import { expect, test } from 'vitest';
import { portNumber, wholeNumber } from '../../../src/cli/number-options.ts';

const limits = { least: 2, most: 30, usual: 5 };

test.each([
  [undefined, 5],
  ['2', 2],
  ['30', 30],
])('%j is %i rounds', (given, rounds) => {
  expect(wholeNumber('--rounds', given, limits)).toBe(rounds);
});

test.each(['1', '31', '2.5', '3x', '', true])('%j is no number of rounds', (given) => {
  expect(() => wholeNumber('--rounds', given, limits)).toThrow(`--rounds ${given} is not a whole number from 2 to 30`);
});

test('says what is counted', () => {
  expect(() => wholeNumber('--timeout', '1h', { ...limits, of: 'seconds' })).toThrow(
    '--timeout 1h is not a whole number of seconds from 2 to 30',
  );
});

test.each([
  [undefined, 0],
  [true, 0],
  ['8080', 8080],
  ['65535', 65_535],
])('%j is port %i', (given, port) => {
  expect(portNumber('--port', given)).toBe(port);
});

test.each(['65536', '-1', 'http', '80.5'])('%j is no port', (given) => {
  expect(() => portNumber('--port', given)).toThrow(`--port: there is no port ${given}`);
});
