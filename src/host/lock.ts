// One podlab at a time for each stack: an flock(2), which the kernel drops when its holder dies, however it dies.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../error.ts';
import { readTextIfExists } from './files.ts';
import { identify } from './process.ts';

/**
 * Runs `work` while holding the lock; the lock file is gone afterwards.
 *
 * Node has no flock of its own, but flock(1) can lock a descriptor that it inherits. The lock belongs to the open file,
 * which this process keeps open, so nothing has to stay running and a killed podlab leaves no stale lock.
 *
 * @throws LabError STACK_BUSY when somebody else holds it
 */
export async function withLock<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return holding(path, await openLocked(path, what), work);
}

/**
 * The same, but waits for its turn; for what several processes want and one has to make.
 *
 * @param onWait called once, with the process id of the holder (0 when it has not said), before it waits
 * @throws LabError CANCELLED when the signal fires while it waits
 */
export async function withLockInTurn<T>(
  path: string,
  wait: { readonly onWait: (pid: number) => void; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let hasSaid = false;
  for (;;) {
    const fd = openSync(path, 'a+', 0o600);
    try {
      if (!lock(fd)) {
        if (!hasSaid) wait.onWait(await holderOf(path));
        hasSaid = true;
        await lockInTurn(fd, wait.signal);
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    if (isStillTheLock(path, fd)) return holding(path, fd, work);
    closeSync(fd);
  }
}

async function holding<T>(path: string, fd: number, work: () => Promise<T>): Promise<T> {
  try {
    sayWho(fd);
    return await work();
  } finally {
    rmSync(path, { force: true });
    closeSync(fd);
  }
}

/** For others' messages only: on a full disk the lock holds without it. */
function sayWho(fd: number): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${process.pid}\n`, 0);
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Process id of whoever holds the lock, 0 when nobody does. A holder that was killed leaves its file, but holds nothing. */
export function lockHolder(path: string): number {
  const pid = Number(readTextIfExists(path)?.trim());
  return Number.isInteger(pid) && pid > 0 && identify(pid) !== undefined ? pid : 0;
}

async function openLocked(path: string, what: string): Promise<number> {
  // The file may be removed by its last holder between our opening and our locking it; then it is not the lock any more.
  for (let attempt = 0; attempt < 10; attempt++) {
    const fd = openSync(path, 'a+', 0o600);
    if (!lock(fd)) {
      closeSync(fd);
      throw await busy(path, what);
    }
    if (isStillTheLock(path, fd)) return fd;
    closeSync(fd);
  }
  throw await busy(path, what);
}

function isStillTheLock(path: string, fd: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}

function lock(fd: number): boolean {
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (error !== undefined) throw noFlock(error);
  return status === 0;
}

/** Waits in a process of its own, which ends with this one. */
function lockInTurn(fd: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig', 'SIGKILL', 'flock', '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    const stop = () => child.kill('SIGKILL');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => reject(noFlock(error)));
    child.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      if (code === 0) resolve();
      else reject(new LabError('CANCELLED', 'interrupted while waiting for another podlab'));
    });
  });
}

function noFlock(cause: Error): LabError {
  const hint = 'Install the package util-linux.';
  return new LabError('HOST_UNSUITABLE', 'the program flock could not be started', { hint, cause });
}

async function busy(path: string, what: string): Promise<LabError> {
  const pid = await holderOf(path);
  return new LabError('STACK_BUSY', `${what} is in use by another podlab${pid === 0 ? '' : ` (process ${pid})`}`, {
    hint: 'Wait for it to finish, or end that process and run the command again.',
  });
}

/** Its process id; 0 when it has not said so within a moment: it writes the file just after it has locked it. */
async function holderOf(path: string): Promise<number> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pid = lockHolder(path);
    if (pid !== 0) return pid;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return 0;
}
