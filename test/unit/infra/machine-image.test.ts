// Which disk machines start from, and how large it is: one answer for those who make rooms and those who count beforehand.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageBytes, machineImage } from '../../../src/infra/machine-image.ts';
import { silentReporter } from '../../../src/reporter.ts';
import type { Topology } from '../../../src/topology/topology.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  mkdirSync(join(dir, 'home'));
  writeFileSync(join(dir, 'home', 'own.qcow2'), Buffer.alloc(3000));
  writeFileSync(join(dir, 'home', 'vmlinuz'), Buffer.alloc(200));
  writeFileSync(join(dir, 'home', 'initrd'), Buffer.alloc(10));
  writeFileSync(join(dir, 'cloud.qcow2'), Buffer.alloc(70));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const kubernetes = { version: 'v1.36.3' } as Topology['kubernetes'];

function look(image: Topology['image'], config: Readonly<Record<string, string>> = {}) {
  const workplace = { cacheDir: join(dir, 'cache'), env: { HOME: join(dir, 'home') }, signal: AbortSignal.abort() };
  const at = { workplace, file: join(dir, 'Pulumi.vms.yaml'), config: (key: string) => config[key] };
  return {
    disk: async () =>
      (await machineImage({ image, kubernetes }, { ...at, isPreview: true, reporter: silentReporter })).disk,
    bytes: () => imageBytes({ image, kubernetes }, at),
  };
}

test('a disk at home is the same one for both, with the kernel and the initrd beside it', async () => {
  const { disk, bytes } = look({ kind: 'file', path: '~/own.qcow2' });
  expect(await disk()).toBe(join(dir, 'home', 'own.qcow2'));
  expect(await bytes()).toBe(3210);
});

test('a disk beside the stack file', async () => {
  expect(await look(undefined, { 'vm:image': 'cloud.qcow2' }).bytes()).toBe(70);
  // What the stack file says under podlab: comes first.
  expect(await look({ kind: 'file', path: 'cloud.qcow2' }, { 'vm:image': '/not/this' }).bytes()).toBe(70);
});

test('what is used in place takes nothing; what is fetched, or not there, nobody can say', async () => {
  expect(await look(undefined, { 'vm:image': 'cloud.qcow2', 'vm:imageOnHost': 'true' }).bytes()).toBe(0);
  expect(await look(undefined, { 'vm:image': 'https://images.example/cloud.qcow2' }).bytes()).toBe(0);
  expect(await look({ kind: 'built', name: 'v1.36.3-none' }).bytes()).toBe(0);
  expect(await look(undefined).bytes()).toBe(0);
});
