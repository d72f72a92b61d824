// Which disk machines start from, whether it is podlab's own, and how large: one answer for those who make rooms and those who
// count beforehand.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileSystemId } from '../../../src/image/recipe.ts';
import { imageBytes, machineImage } from '../../../src/infra/machine-image.ts';
import { silentReporter } from '../../../src/reporter.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { smallDisk } from '../../support/small-disk.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const own = smallDisk({ id: fileSystemId });
const other = smallDisk();
const url = 'https://images.example/d.qcow2';
const hexOf = (bytes: Buffer) => createHash('sha512').update(bytes).digest('hex');
const sumOf = (bytes: Buffer) => `sha512:${hexOf(bytes)}`;
const keptPlace = (bytes: Buffer) => `cache/vm-downloads/${hexOf(bytes)}.qcow2`;

/** @returns its path */
function file(name: string, bytes: Buffer): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

const kubernetes = { version: 'v1.36.3' } as Topology['kubernetes'];

interface Case {
  readonly image?: Topology['image'];
  readonly settings?: Readonly<Record<string, string>>;
  readonly isPreview?: boolean;
}

const at = ({ settings = {} }: Case) => ({
  workplace: {
    ...{ cacheDir: join(dir, 'cache'), home: '/opt/podlab' },
    ...{ env: { HOME: join(dir, 'home') }, signal: AbortSignal.abort() },
  },
  file: join(dir, 'Pulumi.vms.yaml'),
  config: (key: string) => settings[key],
});

const look = (one: Case) =>
  machineImage(
    { image: one.image, kubernetes },
    { ...at(one), isPreview: one.isPreview ?? false, reporter: silentReporter },
  );

const bytesOf = (one: Case) => imageBytes({ image: one.image, kubernetes }, at(one));

describe('the image of a stack file', () => {
  test("is podlab's own, wherever it lies, with a kernel and an initrd beside it", async () => {
    const disk = file('home/own.qcow2', own);
    const boot = { kernel: file('home/vmlinuz', Buffer.alloc(200)), initrd: file('home/initrd', Buffer.alloc(10)) };
    const one: Case = { image: { kind: 'file', path: '~/own.qcow2' } };
    expect(await look(one)).toMatchObject({ disk, boot, foreign: undefined });
    expect(await bytesOf(one)).toBe(own.length + 210);
  });

  test("is somebody else's, and may have a checksum", async () => {
    const disk = file('d.qcow2', other);
    const expected = { disk, boot: undefined, isOnHost: false, foreign: { name: disk, home: '/opt/podlab' } };
    const settings = { 'vm:image': './d.qcow2' };
    expect(await look({ settings })).toEqual(expected);
    expect(await look({ settings: { ...settings, 'vm:imageChecksum': sumOf(other) } })).toEqual(expected);
    await expect(look({ settings: { ...settings, 'vm:imageChecksum': sumOf(own) } })).rejects.toMatchObject({
      code: 'DAMAGED',
      message: `vm:image: ${disk} has the SHA-512 checksum ${hexOf(other)}, not ${hexOf(own)}`,
    });
  });

  test('is what stands under podlab: before what stands beside it', async () => {
    const image = { kind: 'file', path: 'd.qcow2' } as const;
    const one: Case = { image, settings: { 'vm:image': '/not/this', 'vm:imageChecksum': 'nor this' } };
    const disk = file('d.qcow2', other);
    expect(await look(one)).toMatchObject({ disk });
    expect(await bytesOf(one)).toBe(other.length);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a download without checksum', { 'vm:image': url }, 'a download without a checksum'],
    ['a checksum that is none', { 'vm:image': 'd.qcow2', 'vm:imageChecksum': 'abc' }, '"abc" is no checksum'],
    ['what is no qcow2', { 'vm:image': 'd.raw' }, 'd.raw is no qcow2 disk'],
    ['what is not there', { 'vm:image': 'none.qcow2' }, 'there is no machine image'],
    ['one that nobody has built', {}, 'there is no machine image for Kubernetes v1.36.3'],
  ])('can not be %s, and takes nothing then', async (_, settings, message) => {
    file('d.raw', Buffer.alloc(4096));
    file('d.qcow2', other);
    await expect(look({ settings })).rejects.toThrow(message);
    expect(await bytesOf({ settings })).toBe(0);
  });

  test('is looked for nowhere before it is fetched, and nobody can say how large it is', async () => {
    const seen = { disk: join(dir, keptPlace(other)), foreign: { name: url } };
    const config = { 'vm:image': url, 'vm:imageChecksum': sumOf(other) };
    const image = { kind: 'download', url, checksum: sumOf(other) } as const;
    for (const one of [{ settings: config }, { image }]) {
      expect(await look({ ...one, isPreview: true })).toMatchObject(seen);
      expect(await bytesOf(one)).toBe(0);
    }
  });

  test("that was fetched may be podlab's own after all", async () => {
    file(keptPlace(own), own);
    const one: Case = { settings: { 'vm:image': url, 'vm:imageChecksum': sumOf(own) } };
    expect((await look(one)).foreign).toBeUndefined();
    expect(await bytesOf(one)).toBe(own.length);
  });

  test('has a name that podlab gave, and is not there', async () => {
    const image = { kind: 'built', name: 'v1.36.3-none' } as const;
    await expect(look({ image })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await bytesOf({ image })).toBe(0);
  });

  test('that is used in place takes nothing', async () => {
    file('d.qcow2', other);
    expect(await bytesOf({ settings: { 'vm:image': 'd.qcow2', 'vm:imageOnHost': 'true' } })).toBe(0);
  });

  test.each([
    ['kernel', undefined],
    ['disk', { name: '/srv/d.qcow2', home: '/opt/podlab' }],
  ])('on a host that can not be looked at is judged by how it boots: %s', async (boot, foreign) => {
    const settings = { 'vm:image': '/srv/d.qcow2', 'vm:imageOnHost': 'true', 'vm:boot': boot };
    const image = await look({ settings });
    expect(image).toMatchObject({ disk: '/srv/d.qcow2', isOnHost: true });
    expect(image.foreign).toEqual(foreign);
  });
});
