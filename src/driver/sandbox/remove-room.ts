// Takes a room away, whatever state it is in.

import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../../error.ts';
import { isRunning, type ProcessIdentity } from '../../host/process.ts';
import { removeCgroups } from './cgroups.ts';
import { otherRecords, readOwner, readRecord } from './room-record.ts';
import { thaw } from './snapshot-freeze.ts';
import { dueUndo, undoOnMachine } from './uplink.ts';

const goneWithinMs = 20_000;

/**
 * Kills the owner, which takes every process and namespace of the room with it, then undoes what was changed on the
 * machine and removes the room's files.
 *
 * @param places the room's runtime directory, the directory of its engines' data, and where programs are
 * @throws LabError TIMEOUT when the kernel has not finished after 20 s
 */
export async function removeRoom(
  stack: string,
  places: { readonly dir: string; readonly data: string; readonly path: string },
): Promise<void> {
  const record = readRecord(places.dir);
  const owner = readOwner(places.dir) ?? record?.owner;
  thaw(places.dir);
  if (owner !== undefined && isRunning(owner)) process.kill(owner.pid, 'SIGKILL');
  // The first processes go last: each waits until every other process of its pid namespace is dead.
  const rest = [...(record?.members ?? []), ...(owner === undefined ? [] : [owner])];
  await waitUntilGone(stack, rest);
  const others = otherRecords(places.dir).map(({ undo }) => undo);
  const failures = await undoOnMachine(dueUndo(record?.undo ?? [], others), places.path);
  removeCgroups(places.dir);
  rmSync(places.data, { recursive: true, force: true });
  removeIfEmpty(dirname(places.data));
  await removeRuntimeDir(places.dir);
  if (failures.length > 0) {
    throw new LabError(
      'COMMAND_FAILED',
      `room "${stack}" is gone, but not all of it could be undone:\n${failures.join('\n')}`,
    );
  }
}

/**
 * Also when an owner has just been started by a podlab that was killed: it may write its name while the directory goes.
 * Without its files it gets no further, but what it wrote must go, and so must it.
 */
async function removeRuntimeDir(dir: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    rmSync(dir, { recursive: true, force: true });
    if (!existsSync(dir)) return;
    const late = readOwner(dir);
    if (late !== undefined && isRunning(late)) process.kill(late.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

// A stack's state directory also holds the participant's progress, which outlives the room.
function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // Not there, or something is in it.
  }
}

async function waitUntilGone(stack: string, processes: readonly ProcessIdentity[]): Promise<void> {
  const deadline = Date.now() + goneWithinMs;
  let pauseMs = 1;
  while (processes.some(isRunning)) {
    if (Date.now() > deadline) {
      const left = processes.filter(isRunning).map(({ pid }) => pid);
      throw new LabError('TIMEOUT', `room "${stack}": processes ${left.join(', ')} are still there after 20 s`, {
        hint: 'Look at what they wait for in /proc/PID/stack, then run "podlab down" again.',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, 50);
  }
}
