// Entries of the cache: whole or not at all, and damage is seen.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeEntry, openEntry } from '../../../src/toolchain/cache-entry.ts';
import { cachePlaces } from '../../../src/toolchain/request.ts';
import { removeUnfinished, withScratch } from '../../../src/toolchain/scratch.ts';

let root: string;
let dir: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'podlab-entry-'));
  dir = join(root, 'kubectl-v1');
  await makeEntry(dir, { origin: 'given' }, async (next) => writeFileSync(join(next, 'kubectl'), 'program'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('an entry is opened with what its maker said', async () => {
  const opened = await openEntry(dir, true);
  expect(opened).toMatchObject({ entry: { about: { origin: 'given' }, files: [{ name: 'kubectl', bytes: 7 }] } });
  expect(await openEntry(join(root, 'nothing'), false)).toBeUndefined();
});

test.each([
  ['another length', (file: string) => truncateSync(file, 3), false, 'has 3 bytes instead of 7'],
  ['other bytes', (file: string) => writeFileSync(file, 'PROGRAM'), false, 'content of kubectl'],
  ['no file', (file: string) => unlinkSync(file), false, 'kubectl is missing'],
])('%s is damage', async (_what, change, verify, message) => {
  utimesSync(join(dir, 'kubectl'), 1, 1);
  change(join(dir, 'kubectl'));
  expect(await openEntry(dir, verify)).toEqual({ damaged: expect.stringContaining(message) });
});

test('a newer time alone is no damage; other bytes under the old time are found by reading them', async () => {
  utimesSync(join(dir, 'kubectl'), 1000, 1000);
  expect(await openEntry(dir, false)).toHaveProperty('entry');
  const remade = await makeEntry(dir, {}, async (next) => {
    writeFileSync(join(next, 'kubectl'), 'program');
    utimesSync(join(next, 'kubectl'), 1000, 1000);
  });
  writeFileSync(join(dir, 'kubectl'), 'PROGRAM');
  utimesSync(join(dir, 'kubectl'), 1000, 1000);
  expect(remade.files[0]?.mtimeMs).toBe(1_000_000);
  expect(await openEntry(dir, false)).toHaveProperty('entry');
  expect(await openEntry(dir, true)).toHaveProperty('damaged');
});

test('a maker that fails leaves what was there, and nothing of its own', async () => {
  const failing = makeEntry(dir, {}, async (next) => {
    writeFileSync(join(next, 'kubectl'), 'half');
    throw new Error('no space');
  });
  await expect(failing).rejects.toThrow('no space');
  expect(readdirSync(root)).toEqual(['kubectl-v1']);
  expect(await openEntry(dir, true)).toHaveProperty('entry');
});

test('what killed makers left is removed, and nothing else', async () => {
  const { programs, records, scratch } = cachePlaces(root);
  mkdirSync(join(programs, 'kubectl-v1.4711.new'), { recursive: true });
  mkdirSync(join(programs, 'kubelet-v1'));
  mkdirSync(records);
  writeFileSync(join(records, 'v1.json.4711.new'), '');
  const killed = withScratch(root, async (work) => {
    writeFileSync(join(work, 'half'), '');
    removeUnfinished(root);
  });
  await killed;
  expect(readdirSync(programs)).toEqual(['kubelet-v1']);
  expect(readdirSync(records)).toEqual([]);
  expect(existsSync(scratch)).toBe(false);
});
