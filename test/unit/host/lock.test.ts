// The lock between processes: what one podlab learns of another.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHolder, withLock } from '../../../src/host/lock.ts';

const module = join(import.meta.dirname, '..', '..', '..', 'src', 'host', 'lock.ts');
const started: ChildProcess[] = [];
let path = '';

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'podlab-unit-')), 'stack.lock');
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(join(path, '..'), { recursive: true, force: true });
});

/** Another process that holds the lock until it is told to end, or dies. */
async function holder(): Promise<ChildProcess> {
  const script = `const { withLock } = await import(${JSON.stringify(module)});
await withLock(${JSON.stringify(path)}, 'it', async () => {
  console.log('locked');
  await new Promise((resolve) => process.stdin.once('data', resolve));
});
process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  await once(child.stdout, 'data');
  return child;
}

test('a second process is told the id of the first, at once', async () => {
  const child = await holder();
  const busy = { code: 'STACK_BUSY', message: `stack "a" is in use by another podlab (process ${child.pid})` };
  await expect(withLock(path, 'stack "a"', async () => {})).rejects.toMatchObject(busy);
  expect(lockHolder(path)).toBe(child.pid);
});

test('the lock of a process that ends is free and leaves no file', async () => {
  const child = await holder();
  child.stdin?.write('end\n');
  await once(child, 'exit');
  expect(readdirSync(join(path, '..'))).toEqual([]);
  expect(await withLock(path, 'it', async () => 'mine')).toBe('mine');
});

test('the lock of a process that was killed is free, though its file is still there', async () => {
  const child = await holder();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readdirSync(join(path, '..'))).toEqual(['stack.lock']);
  expect(lockHolder(path)).toBe(0);
  expect(await withLock(path, 'it', async () => lockHolder(path))).toBe(process.pid);
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test.each(['', 'nonsense', '-1', '0', '999999999'])('a file that says %j is nobody', async (text) => {
  writeFileSync(path, text);
  expect(lockHolder(path)).toBe(0);
  expect(await withLock(path, 'it', async () => 'mine')).toBe('mine');
});

test('of many at the same moment exactly one gets it', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => withLock(path, 'it', () => new Promise((resolve) => setImmediate(resolve)))),
  );
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(7);
});
