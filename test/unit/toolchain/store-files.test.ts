// The list of files of unpacked images, and what it finds wrong.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { damageOf, listFiles } from '../../../src/toolchain/store-files.ts';

const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
let dir = '';
let root = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-store-'));
  root = join(dir, 'root');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  mkdirSync(join(dir, 'run'));
  writeFileSync(join(root, 'usr/bin/ip'), '');
  writeFileSync(join(dir, 'run/of-this-machine'), 'changes');
  symlinkSync('usr/bin', join(root, 'bin'));
  symlinkSync(join(dir, 'run'), join(root, 'run'));
  symlinkSync('/nowhere', join(root, 'gone'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a link is listed by its target, and what lies behind it is not', async () => {
  expect(await listFiles(root)).toEqual({
    bin: '-> usr/bin',
    gone: '-> /nowhere',
    run: `-> ${join(dir, 'run')}`,
    'usr/bin/ip': empty,
  });
});

test('what changes behind a link is no damage; another target, another content, a file less and one more are', async () => {
  const list = JSON.stringify(await listFiles(root));
  rmSync(join(dir, 'run/of-this-machine'));
  expect(await damageOf(root, list)).toBeUndefined();

  writeFileSync(join(root, 'usr/bin/extra'), '');
  expect(await damageOf(root, list)).toBe('usr/bin/extra does not belong there');
  rmSync(join(root, 'usr/bin/extra'));

  writeFileSync(join(root, 'usr/bin/ip'), 'other');
  expect(await damageOf(root, list)).toBe('the content of usr/bin/ip is not what it was');
  rmSync(join(root, 'usr/bin/ip'));
  expect(await damageOf(root, list)).toBe('usr/bin/ip is missing');
  writeFileSync(join(root, 'usr/bin/ip'), '');

  rmSync(join(root, 'bin'));
  symlinkSync('usr/sbin', join(root, 'bin'));
  expect(await damageOf(root, list)).toBe('the content of bin is not what it was');
});
