// Builds the machine image: Debian packages, the toolchain's programs and store of container images, and little else.

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../error.ts';
import { listDir } from '../host/files.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from '../toolchain/cache-entry.ts';
import { arch, hashOf, type Workplace } from '../toolchain/request.ts';
import type { ImageStore, Toolchain } from '../toolchain/toolchain.ts';
import { listContents } from './contents.ts';
import { installDebian, installedPackages } from './debian-tree.ts';
import { makeDisk } from './make-disk.ts';
import { enabledUnits, files, maskedUnits, packages, recipeVersion, removed } from './recipe.ts';
import { inTree } from './tree-command.ts';
import { imageFiles, imageOf, imagePlaces, imageState, type VmImage } from './vm-image.ts';

export interface ImageRequest extends Workplace {
  readonly toolchain: Toolchain;
  /** What becomes /var/lib/containerd. */
  readonly store: ImageStore;
  /** Builds it again although it is there. */
  readonly anew?: boolean;
}

/**
 * The image of a toolchain and a store: one that is there, or a new one.
 *
 * @throws LabError HOST_UNSUITABLE, COMMAND_FAILED, CANCELLED
 */
export async function vmImage(request: ImageRequest, reporter: Reporter): Promise<VmImage> {
  const { root, lock } = imagePlaces(request.cacheDir);
  const name = imageName(request);
  const kept = async () =>
    request.anew === true || !listDir(root).includes(name)
      ? undefined
      : (await imageState(request.cacheDir, name, false)).image;
  const found = await kept();
  if (found !== undefined) return found;
  if (request.uid !== 0) {
    throw new LabError('HOST_UNSUITABLE', 'building a machine image needs root', { hint: 'Run podlab with sudo.' });
  }
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to build the image`);
  return withLockInTurn(lock, { onWait, signal: request.signal }, async () => {
    // What podlabs left behind that were killed.
    for (const left of listDir(root)) if (left.endsWith('.new')) rmSync(join(root, left), { recursive: true });
    return (await kept()) ?? buildImage(name, request, reporter);
  });
}

/** The same inputs have the same name. Versions of Debian's packages are no input: an image has those of the day it was built. */
function imageName({ toolchain, store }: ImageRequest): string {
  const recipe = JSON.stringify([packages, files, enabledUnits, maskedUnits, removed]);
  const hash = hashOf(String(recipeVersion), arch, recipe, toolchain.id, store.id);
  return `${toolchain.version}-${hash.slice(0, 16)}`;
}

async function buildImage(name: string, request: ImageRequest, reporter: Reporter): Promise<VmImage> {
  const { root } = imagePlaces(request.cacheDir);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(join(root, 'build-'));
  const next = `${work}.new`;
  const tree = join(next, 'tree');
  rmSync(work, { recursive: true });
  mkdirSync(next, { mode: 0o700 });
  try {
    await reporter.step('installing Debian packages', (update) => installDebian(tree, request, update));
    await reporter.step('adding the cluster’s programs and container images', () => addCluster(tree, request));
    await reporter.step('leaving out what differs between builds', () => settle(tree, request));
    const about = { name, kubernetes: request.toolchain.version, store: request.store.id };
    const entry = await makeEntry(join(root, name), about, async (dir) => {
      const list = await reporter.step('listing checksums', () =>
        listContents(tree, { '/var/lib/containerd': `store:${request.store.id}` }),
      );
      writeFileSync(join(dir, imageFiles.contents), list);
      writeFileSync(join(dir, imageFiles.packages), installedPackages(tree));
      copyFileSync(bootFile(tree, 'vmlinuz-'), join(dir, imageFiles.kernel));
      copyFileSync(bootFile(tree, 'initrd.img-'), join(dir, imageFiles.initrd));
      await reporter.step('writing the disk', () => makeDisk(tree, join(dir, imageFiles.disk), next, request));
      // Disks of machines are overlays of it: written to once, they would all be broken.
      for (const file of readdirSync(dir)) chmodSync(join(dir, file), 0o444);
    });
    return imageOf(entry);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

async function addCluster(tree: string, request: ImageRequest): Promise<void> {
  for (const program of listDir(request.toolchain.bin)) {
    copyFileSync(join(request.toolchain.bin, program), join(tree, 'usr/bin', program));
    chmodSync(join(tree, 'usr/bin', program), 0o755);
  }
  const script = `
    mkdir -p "$1/opt/cni/bin" "$1/var/lib"
    for plugin in "$1"/usr/lib/cni/*; do ln -s "/usr/lib/cni/\${plugin##*/}" "$1/opt/cni/bin/"; done
    rm -rf "$1/var/lib/containerd"
    cp -a --reflink=auto "$2" "$1/var/lib/containerd"`;
  await inTree(script, [tree, request.store.dir], request);
}

async function settle(tree: string, request: ImageRequest): Promise<void> {
  await inTree(`cd "$1"; rm -rf ${removed.map((path) => `.${path}`).join(' ')}`, [tree], request);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(tree, dirname(path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(tree, path), text, { mode: 0o644 });
  }
  const script = `
    chroot "$1" systemctl --quiet enable ${enabledUnits.join(' ')}
    chroot "$1" systemctl --quiet mask ${maskedUnits.join(' ')}
    find "$1" -newermt "@$SOURCE_DATE_EPOCH" ! -path '*/var/lib/containerd/*' -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +`;
  await inTree(script, [tree], request);
}

/** There is one kernel, so one file of each. */
function bootFile(tree: string, prefix: string): string {
  const name = listDir(join(tree, 'boot')).find((one) => one.startsWith(prefix));
  if (name === undefined) throw new LabError('COMMAND_FAILED', `Debian's kernel package left no /boot/${prefix}*`);
  return join(tree, 'boot', name);
}
