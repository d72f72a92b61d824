// Images of virtual machines in podlab's cache: what they are called, what is in them, whether they are whole.

import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { listDir, readTextIfExists } from '../host/files.ts';
import { type Entry, openEntry } from '../toolchain/cache-entry.ts';
import { kernelCommandLine } from './recipe.ts';

/** A machine's disk with the kernel and initrd that QEMU starts it with. Overlays are made of the disk; it is only read. */
export interface VmImage {
  /** `v1.36.3-0123456789abcdef`. */
  readonly name: string;
  /** Absolute path, qcow2. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
  /** Version of Kubernetes whose programs and container images are in it. */
  readonly kubernetes: string;
  /** SHA-256 of the checksum list of everything in it. */
  readonly contents: string;
  readonly bytes: number;
  /** Unix time in milliseconds. */
  readonly builtAt: number;
}

/** Names of an entry's files. */
export const imageFiles = {
  disk: 'disk.qcow2',
  kernel: 'vmlinuz',
  initrd: 'initrd',
  contents: 'contents.txt',
  packages: 'packages.txt',
} as const;

export function imagePlaces(cacheDir: string) {
  const root = join(cacheDir, 'vm-images');
  return { root, lock: join(root, lockName) };
}

const lockName = 'lock';

function imageNames(cacheDir: string): readonly string[] {
  return listDir(imagePlaces(cacheDir).root).filter((name) => name !== lockName && !name.endsWith('.new'));
}

export function imageOf(entry: Entry): VmImage {
  const file = (name: string) => join(entry.dir, name);
  return {
    name: entry.about.name ?? '',
    disk: file(imageFiles.disk),
    kernel: file(imageFiles.kernel),
    initrd: file(imageFiles.initrd),
    cmdline: kernelCommandLine,
    kubernetes: entry.about.kubernetes ?? '',
    contents: entry.files.find(({ name }) => name === imageFiles.contents)?.sha256 ?? '',
    bytes: entry.files.reduce((sum, { bytes }) => sum + bytes, 0),
    builtAt: Math.round(statSync(file('manifest.json')).mtimeMs),
  };
}

export interface ImageState {
  readonly name: string;
  /** Undefined when it is damaged. */
  readonly image: VmImage | undefined;
  /** What is wrong with it, or ''. */
  readonly damage: string;
}

/** By name. @param verify reads every byte */
export async function listImages(cacheDir: string, verify = false): Promise<readonly ImageState[]> {
  return Promise.all(imageNames(cacheDir).map((name) => imageState(cacheDir, name, verify)));
}

/** @throws LabError NOT_FOUND */
export async function imageState(cacheDir: string, name: string, verify: boolean): Promise<ImageState> {
  const opened = await openEntry(entryDir(cacheDir, name), verify);
  if (opened === undefined) throw noImage(cacheDir, name);
  if ('damaged' in opened) return { name, image: undefined, damage: opened.damaged };
  return { name, image: imageOf(opened.entry), damage: '' };
}

/** Removes an image; rooms whose disks are overlays of it lose what they stand on. @throws LabError NOT_FOUND */
export function removeImage(cacheDir: string, name: string): void {
  const dir = entryDir(cacheDir, name);
  if (!imageNames(cacheDir).includes(name)) throw noImage(cacheDir, name);
  rmSync(dir, { recursive: true, force: true });
}

/** The checksum list that was written when the image was built; '' when it is gone. */
export function contentsOf(image: VmImage): string {
  return readTextIfExists(join(image.disk, '..', imageFiles.contents)) ?? '';
}

function entryDir(cacheDir: string, name: string): string {
  // A name becomes a directory that is removed with all that is in it.
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw noImage(cacheDir, name);
  return join(imagePlaces(cacheDir).root, name);
}

function noImage(cacheDir: string, name: string): LabError {
  const known = imageNames(cacheDir);
  return new LabError('NOT_FOUND', `there is no machine image ${JSON.stringify(name)}`, {
    hint: known.length === 0 ? 'Run "podlab image build" to make one.' : `There are: ${known.join(', ')}.`,
  });
}
