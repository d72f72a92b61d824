// Which rooms get a moment to go back to.

import { expect, test } from 'vitest';
import type { Change } from '../../../../src/driver/driver.ts';
import { isUntouched } from '../../../../src/driver/libvirt/untouched.ts';

const nodes = [{ name: 'node1' }, { name: 'node2' }];
const machine = (what: Change['what'], name: string): Change => ({ what, name: `machine ${name}` });
const bothMade = [machine('make', 'node1'), machine('replace', 'node2')];

test.each<[string, { neverReady?: boolean } | undefined, readonly Change[], boolean]>([
  ['a first run', undefined, bothMade, true],
  ['a run after one that was cut off before anything was ready', { neverReady: true }, [], true],
  ['the same, and one machine was missing', { neverReady: true }, [machine('make', 'node2')], true],
  ['every machine is new', { neverReady: false }, bothMade, true],
  ['one machine stayed', { neverReady: false }, [machine('make', 'node2')], false],
  ['one machine got more memory', { neverReady: false }, [machine('change', 'node1'), machine('make', 'node2')], false],
  ['nothing was made', { neverReady: false }, [], false],
  ['a room of an earlier podlab that was cut off', {}, [machine('make', 'node2')], false],
])('%s', (_, earlier, changes, expected) => {
  expect(isUntouched(earlier, nodes, changes)).toBe(expected);
});
