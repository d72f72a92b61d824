// Which driver a room belongs to: the one that has marked it, else the sandbox.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { allRooms, roomDriver, roomNames, standingDriver } from '../../../src/cli/drivers.ts';
import type { Driver, RoomStatus } from '../../../src/driver/driver.ts';
import { markedDriver, markedRooms, markRoom, unmarkRoom } from '../../../src/infra/room-mark.ts';

let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

/** Two drivers: the sandbox has the rooms that are given, libvirt says of every stack but `gone` that it is up. */
function appWith(sandbox: readonly string[]): Pick<App, 'paths' | 'driver'> {
  const room = (driver: string, stack: string, known: boolean) =>
    ({ stack, driver, state: known ? 'up' : 'down' }) as RoomStatus;
  return {
    paths: { runtime: '', cache: '', state },
    driver: async (name) => {
      const knows = (stack: string) => (name === 'sandbox' ? sandbox.includes(stack) : stack !== 'gone');
      return {
        list: async () => sandbox.map((stack) => room('sandbox', stack, true)),
        status: async (stack: string) => room(name, stack, knows(stack)),
      } as unknown as Driver;
    },
  };
}

test('a mark says which driver has made a room, and only where it is one', () => {
  markRoom(state, 'vms', 'libvirt');
  markRoom(state, 'gone', 'libvirt');
  unmarkRoom(state, 'gone');
  writeFileSync(join(state, 'vms', 'seed'), 'not a mark');
  expect(markedRooms(state)).toEqual([{ stack: 'vms', driver: 'libvirt' }]);
  expect(markedDriver(state, 'other')).toBeUndefined();
  expect(markedDriver(state, '../vms')).toBeUndefined();
  writeFileSync(join(state, 'vms', 'driver'), 'nonsense\n');
  expect(markedDriver(state, 'vms')).toBeUndefined();
});

test('verbs find the driver of a room, and the rooms of all drivers', async () => {
  const app = appWith(['space']);
  markRoom(state, 'vms', 'libvirt');
  markRoom(state, 'gone', 'libvirt');
  expect((await (await roomDriver(app, 'vms')).status('vms')).driver).toBe('libvirt');
  expect((await (await roomDriver(app, 'space')).status('space')).driver).toBe('sandbox');
  expect((await allRooms(app)).map(({ stack, driver }) => `${stack} ${driver}`)).toEqual([
    'space sandbox',
    'vms libvirt',
  ]);
  // What is left of a room can be named for `down`, though it is not up.
  expect(await roomNames(app)).toEqual(['gone', 'space', 'vms']);
  expect([await standingDriver(app, 'vms'), await standingDriver(app, 'space')]).toEqual(['libvirt', 'sandbox']);
  expect(await standingDriver(app, 'none')).toBeUndefined();
});
