// The lock that waits for its turn.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLockInTurn } from '../../../src/host/lock.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-lock-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Holds the lock until `release` is called. */
function hold(path: string) {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const signal = new AbortController().signal;
  const done = withLockInTurn(path, { onWait: () => {}, signal }, async () => {
    held.resolve();
    await released.promise;
  });
  return { held: held.promise, release: released.resolve, done };
}

test('the second waits until the first is done, and says so once with the process id', async () => {
  const path = join(dir, 'lock');
  const first = hold(path);
  await first.held;
  const order: string[] = [];
  const onWait = (pid: number) => {
    order.push(`waits for ${pid}`);
    first.release();
  };
  await withLockInTurn(path, { onWait, signal: new AbortController().signal }, async () => {
    order.push('works');
  });
  await first.done;
  expect(order).toEqual([`waits for ${process.pid}`, 'works']);
  expect(existsSync(path)).toBe(false);
});

test('waiting can be interrupted, and the holder is not disturbed', async () => {
  const path = join(dir, 'lock');
  const first = hold(path);
  await first.held;
  const abort = new AbortController();
  const second = withLockInTurn(path, { onWait: () => abort.abort(), signal: abort.signal }, async () => 'never');
  await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(existsSync(path)).toBe(true);
  first.release();
  await first.done;
});
