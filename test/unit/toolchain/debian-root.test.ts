// Programs in a tree of unpacked Debian packages, whatever this machine has at the same paths.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { debianRoot } from '../../../src/toolchain/debian-root.ts';

const dir = mkdtempSync(join(tmpdir(), 'podlab-root-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

mkdirSync(join(dir, 'usr/bin'), { recursive: true });
mkdirSync(join(dir, 'usr/sbin'));
for (const name of ['bin', 'sbin']) symlinkSync(`usr/${name}`, join(dir, name));
writeFileSync(join(dir, 'usr/bin/podlab-kmod'), '');
const links = {
  'usr/sbin/modprobe': '/bin/podlab-kmod',
  'usr/sbin/lsmod': '../bin/podlab-kmod',
  'usr/bin/again': '/sbin/lsmod',
  // There on every machine, and not in this tree.
  'usr/bin/cat': '/bin/sh',
  'usr/bin/circle': 'circle',
};
for (const [name, to] of Object.entries(links)) symlinkSync(to, join(dir, name));

const { locate } = debianRoot(dir);

test.each([
  ['podlab-kmod', '/usr/bin/podlab-kmod'],
  ['modprobe', '/usr/sbin/modprobe'],
  ['lsmod', '/usr/sbin/lsmod'],
  ['again', '/usr/bin/again'],
])('%s is there', (program, at) => {
  expect(locate(program)).toBe(at);
});

test.each(['cat', 'circle', 'sh'])('%s is not', (program) => {
  expect(locate(program)).toBe(undefined);
});
