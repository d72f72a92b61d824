import { expect, test } from 'vitest';
import { planRoom } from '../../../src/driver/sandbox/plan-room.ts';
import { roomFiles } from '../../../src/driver/sandbox/room-files.ts';
import { twoNodes } from '../../support/probing.ts';

const scripts = { room: '', node: '' };

test('a node with an engine gets mounts of its own, in an order in which none hides what a later one needs', () => {
  const files = roomFiles(planRoom(twoNodes), 'docker', ['node1'], scripts, '');
  const mounts = (files.get('node/node1.mounts') ?? '').trimEnd().split('\n');
  const targets = mounts.map((line) => line.split(' ').at(-1));
  // A fresh /sys hides the control groups; /mnt holds the data until it is covered.
  expect(targets.indexOf('/sys/fs/cgroup')).toBeGreaterThan(targets.indexOf('/sys'));
  expect(targets.at(-1)).toBe('/mnt');
  // Overlays of containers cannot lie on another overlay.
  expect(mounts.filter((line) => line.includes('overlay')).map((line) => line.split(' ').at(-1))).toEqual(['/etc']);
  expect(targets).toContain('/var/lib');
});

test('nodes without an engine share one table of mounts', () => {
  const files = roomFiles(planRoom(twoNodes), 'none', [], scripts, '');
  expect([...files.keys()].filter((name) => name.endsWith('.mounts'))).toEqual([]);
  expect(files.get('node.fstab')).toContain('/run');
});
