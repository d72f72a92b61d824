// Which driver has made a stack's room, for drivers whose rooms are no processes of this machine: a word in the stack's state.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { listDir, readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { labelFault } from '../topology/labels.ts';
import { type DriverName, driverNames } from '../topology/topology.ts';

/**
 * Written before the first thing of a room is made, and removed when the last one is gone.
 *
 * @param state podlab's state directory
 */
export function markRoom(state: string, stack: string, driver: DriverName): void {
  writeFileAtomic(fileOf(state, stack), `${driver}\n`);
}

export function unmarkRoom(state: string, stack: string): void {
  rmSync(fileOf(state, stack), { force: true });
}

/** Undefined when there is no room, or one of the sandbox. */
export function markedDriver(state: string, stack: string): DriverName | undefined {
  if (labelFault(stack) !== '') return undefined;
  const word = readTextIfExists(fileOf(state, stack))?.trim();
  return driverNames.find((name) => name === word);
}

/** All rooms that are marked, by name. */
export function markedRooms(state: string): readonly { readonly stack: string; readonly driver: DriverName }[] {
  return listDir(state).flatMap((stack) => {
    const driver = markedDriver(state, stack);
    return driver === undefined ? [] : [{ stack, driver }];
  });
}

function fileOf(state: string, stack: string): string {
  return join(state, stack, 'driver');
}
