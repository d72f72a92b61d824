import { expect, test } from 'vitest';
import type { Topology } from '../../../src/topology/topology.ts';
import { settledChange, settledFootprint } from '../../../src/workshop/settled-footprint.ts';
import type { Room } from '../../../src/workshop/work.ts';
import { stillClock, type TestClock } from './clock.ts';
import { createWorld, worldProbes } from './world.ts';

/** A node whose processes are another list each time that somebody looks; the last list stays. */
function roomOf(engine: Topology['engine'], ...takes: readonly string[]): Room & { readonly clock: TestClock } {
  return slowRoomOf(1, engine, ...takes);
}

function slowRoomOf(
  patience: number,
  engine: Topology['engine'],
  ...takes: readonly string[]
): Room & { readonly clock: TestClock } {
  const world = createWorld(['node1']);
  const left = [...takes];
  world.intercept = (_node, argv) => {
    if (!argv.join(' ').includes('/comm')) return { exitCode: 127 };
    return { stdout: `${left.length > 1 ? left.shift() : left[0]}\n` };
  };
  const context = { ...world.context, topology: { ...world.context.topology, engine }, patience };
  return { context, probes: worldProbes, clock: stillClock(), seed: 'seat-1' };
}

test('a plugin that a cluster happens to run is not part of how the room stands', async () => {
  const room = roomOf('kubernetes', 'kubelet\nbridge', 'kubelet\nbridge\nhost-local', 'kubelet');
  expect(await settledFootprint(room)).toEqual(['node1: process kubelet']);
});

test('a room without a cluster is looked at once', async () => {
  const room = roomOf('none', 'bridge', 'httpd');
  const started = room.clock.now();
  expect(await settledFootprint(room)).toEqual(['node1: process bridge']);
  expect(room.clock.now()).toBe(started);
});

test('a cluster that never comes to rest is waited for twenty seconds', async () => {
  const room = roomOf('kubernetes', ...Array.from({ length: 100 }, (_, round) => `round-${round}`));
  const started = room.clock.now();
  expect(await settledFootprint(room)).toEqual(['node1: process round-40']);
  expect(room.clock.now() - started).toBe(20_000);
});

test('what goes by itself is no change; what stays is one', async () => {
  const before = ['node1: process kubelet'];
  expect(await settledChange(roomOf('kubernetes', 'kubelet\nbridge', 'kubelet'), before)).toEqual({
    added: [],
    removed: [],
  });
  expect(await settledChange(roomOf('kubernetes', 'kubelet\nhttpd'), before)).toEqual({
    added: ['node1: process httpd'],
    removed: [],
  });
});

test('an emulated room has as much longer as it takes longer, and what stays is still a change', async () => {
  const names = Array.from({ length: 100 }, (_, round) => `round-${round}`);
  const restless = slowRoomOf(8, 'kubernetes', ...names);
  const started = restless.clock.now();
  expect(await settledFootprint(restless)).toEqual(['node1: process round-40']);
  expect(restless.clock.now() - started).toBe(160_000);
  const before = ['node1: process kubelet'];
  // Half a minute of a plugin: too much for a cluster of this machine's own speed.
  const plugin = Array.from({ length: 8 }, () => 'kubelet\nrunc');
  const slow = slowRoomOf(8, 'kubernetes', ...plugin, 'kubelet');
  expect(await settledChange(slow, before)).toEqual({ added: [], removed: [] });
  const left = slowRoomOf(8, 'kubernetes', 'kubelet\nhttpd');
  expect(await settledChange(left, before)).toEqual({ added: ['node1: process httpd'], removed: [] });
  const fast = roomOf('kubernetes', ...Array.from({ length: 60 }, () => 'kubelet\nrunc'), 'kubelet');
  expect((await settledChange(fast, before)).added).toEqual(['node1: process runc']);
});
