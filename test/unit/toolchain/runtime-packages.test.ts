// Which packages come along into an image.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runtimePackages } from '../../../src/toolchain/runtime-packages.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'podlab-packages-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function install(dir: string, dependencies: readonly string[], optional: readonly string[] = []): void {
  mkdirSync(join(home, dir), { recursive: true });
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '1']));
  const manifest = { dependencies: named(dependencies), optionalDependencies: named(optional) };
  writeFileSync(join(home, dir, 'package.json'), JSON.stringify(manifest));
}

test('the nearest package of a name is the one that is meant, and circles end', () => {
  install('', ['a', '@scope/b']);
  install('node_modules/a', ['c', '@scope/b']);
  install('node_modules/a/node_modules/c', ['d']);
  install('node_modules/c', []);
  install('node_modules/@scope/b', ['c', 'a']);
  install('node_modules/d', ['a']);
  install('node_modules/unused', []);
  expect(runtimePackages(home, () => false)).toEqual([
    ...['node_modules/@scope/b', 'node_modules/a', 'node_modules/a/node_modules/c', 'node_modules/c', 'node_modules/d'],
  ]);
});

test('what is left out brings nothing along', () => {
  install('', ['a', 'big']);
  install('node_modules/a', []);
  install('node_modules/big', ['bigger']);
  expect(runtimePackages(home, (name) => name === 'big')).toEqual(['node_modules/a']);
});

test('optional packages may be missing, others not', () => {
  install('', [], ['gone']);
  expect(runtimePackages(home, () => false)).toEqual([]);
  install('', ['gone']);
  expect(() => runtimePackages(home, () => false)).toThrow('package gone, which podlab needs, is not installed');
});
