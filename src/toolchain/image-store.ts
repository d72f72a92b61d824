// A containerd root with images imported and unpacked, built once for each set of images.

import { existsSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import type { CachedImage } from './image-cache.ts';
import { containerdVersion, withPrivateContainerd } from './private-containerd.ts';
import { arch, cachePlaces, hashOf, shortHash, type Workplace } from './request.ts';
import { removeUnfinished } from './scratch.ts';
import { damageOf, listFiles } from './store-files.ts';
import { storeImages } from './store-images.ts';
import type { ImageStore, Toolchain } from './toolchain.ts';

export interface ImageStoreRequest extends Workplace {
  readonly toolchain: Toolchain;
  /** Beyond the toolchain's: references, or paths of image archives (a path has a slash first, or ends with .tar). */
  readonly extraImages: readonly string[];
  /** Registry that is asked for all images that the cache has not, instead of the one in their names. */
  readonly registry?: string | undefined;
  /** Whether every byte of the store is read again. */
  readonly verify?: boolean | undefined;
}

/**
 * The store of the toolchain's images and some more: one that is there, or a new one.
 *
 * @throws LabError NOT_FOUND for a reference that neither the cache nor a registry has; else as `resolveToolchain`
 */
export async function imageStore(request: ImageStoreRequest, reporter: Reporter): Promise<ImageStore> {
  const images = await storeImages(request, reporter);
  const id = storeId(images, await containerdVersion(request));
  const { stores, lock } = cachePlaces(request.cacheDir);
  const dir = join(stores, shortHash(id));
  const store = { dir: join(dir, 'root'), id };
  if (request.verify !== true && isComplete(dir, id)) return store;
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to prepare the images`);
  return withLockInTurn(lock, { onWait, signal: request.signal }, async () => {
    removeUnfinished(request.cacheDir);
    if (isComplete(dir, id)) {
      const damage = request.verify === true ? await verifyStore(dir, reporter) : undefined;
      if (damage === undefined) return store;
      reporter.warn(`unpacked images are damaged and are unpacked again: ${damage}`);
    }
    await buildStore(dir, id, images, request, reporter);
    return store;
  });
}

/** The same images in the same containerd give the same store; its database may change its format with its version. */
function storeId(images: readonly CachedImage[], containerd: string): string {
  return hashOf(
    arch,
    containerd,
    'overlayfs',
    ...images.map(({ reference, digest }) => `${reference} ${digest}`).sort(),
  );
}

const markerName = 'complete.json';
const filesName = 'files.json';

function isComplete(dir: string, id: string): boolean {
  const text = readTextIfExists(join(dir, markerName));
  if (text === undefined || JSON.parse(text).id !== id || !existsSync(join(dir, 'root'))) return false;
  // Says when it was used last.
  utimesSync(dir, new Date(), new Date());
  return true;
}

/** @returns what is wrong with it */
function verifyStore(dir: string, reporter: Reporter): Promise<string | undefined> {
  return reporter.step('reading unpacked images', async () =>
    damageOf(join(dir, 'root'), readTextIfExists(join(dir, filesName))),
  );
}

async function buildStore(
  dir: string,
  id: string,
  images: readonly CachedImage[],
  request: ImageStoreRequest,
  reporter: Reporter,
): Promise<void> {
  const next = `${dir}.${process.pid}.new`;
  mkdirSync(next, { recursive: true, mode: 0o700 });
  try {
    await reporter.step(`unpacking ${images.length} container images`, async (update) => {
      const args = images.flatMap(({ archive, reference }) => [archive, reference]);
      const onStderr = (text: string) => {
        const at = /^podlab: (.*)$/m.exec(text)?.[1];
        if (at !== undefined) update(at);
      };
      const root = join(next, 'root');
      const task = { root, network: false, script: importScript, args, timeoutMs: 15 * 60_000, onStderr };
      const bad = (await withPrivateContainerd(task, request)).trim();
      if (bad !== '') throw new LabError('COMMAND_FAILED', `images are incomplete after their import:\n${bad}`);
      update('taking checksums');
      writeFileAtomic(join(next, filesName), `${JSON.stringify(await listFiles(root), undefined, 1)}\n`);
    });
    writeFileAtomic(
      join(next, markerName),
      `${JSON.stringify({ format: 1, id, images: images.map(({ reference, digest }) => ({ reference, digest })) }, undefined, 1)}\n`,
    );
    rmSync(dir, { recursive: true, force: true });
    renameSync(next, dir);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

// `images check` names what is missing; leases would keep containerd from collecting what nobody refers to any more.
const importScript = `
count=$#
while [ $# -gt 0 ]; do
  echo "podlab: $2, $((($# + 1) / 2)) to go" >&2
  $CTR images import "$1" >/dev/null
  shift 2
done
$CTR images check | awk 'NR > 1 && ($4 != "complete" && $3 != "complete" || $NF != "true")'
for lease in $($CTR leases list --quiet); do $CTR leases delete "$lease" >/dev/null; done
`;
