// The images that go into a store: the toolchain's own, and what a stack file adds.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { assembleImages } from './assemble-images.ts';
import { addImageArchive } from './given-images.ts';
import { type CachedImage, cachedImage, imageByReference } from './image-cache.ts';
import { localRepository } from './image-names.ts';
import type { ImageStoreRequest } from './image-store.ts';
import { fullReference } from './read-archive.ts';
import { readRecord } from './record.ts';
import { pullImages, registryOf, whyUnreachable } from './registry.ts';
import { cachePlaces } from './request.ts';
import { removeUnfinished } from './scratch.ts';
import { imageRoles } from './toolchain.ts';

/** An image of some size for labs about images and storage; made when a stack asks for it. */
export const largeImage = `${localRepository}/box-large:1`;

/**
 * Takes from the cache what is there; adds, makes or pulls the others, one podlab at a time.
 *
 * @throws LabError NOT_FOUND or DAMAGED
 */
export async function storeImages(request: ImageStoreRequest, reporter: Reporter): Promise<readonly CachedImage[]> {
  const own = await ownImages(request, reporter);
  const extras = request.extraImages.filter((extra) => isFile(extra) || !isOneOf(own, fullReference(extra)));
  if (extras.length === 0) return own;
  const { lock } = cachePlaces(request.cacheDir);
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to prepare images`);
  const found = await withLockInTurn(lock, { onWait, signal: request.signal }, () => {
    removeUnfinished(request.cacheDir);
    return extraImages(extras, request, reporter);
  });
  return [...own.filter(({ reference }) => !isOneOf(found, reference)), ...found];
}

function isOneOf(images: readonly CachedImage[], reference: string): boolean {
  return images.some((image) => image.reference === reference);
}

async function extraImages(
  extras: readonly string[],
  request: ImageStoreRequest,
  reporter: Reporter,
): Promise<readonly CachedImage[]> {
  const images = new Map<string, CachedImage>();
  for (const file of extras.filter(isFile)) {
    for (const image of await addImageArchive(file, request)) images.set(image.reference, image);
  }
  const missing = new Set<string>();
  for (const reference of extras.filter((extra) => !isFile(extra)).map(fullReference)) {
    const found =
      reference === largeImage
        ? (await assembleImages([{ role: 'box-large', reference }], request, [], reporter)).get('box-large')
        : (images.get(reference) ?? (await imageByReference(request.cacheDir, reference, false, reporter)));
    if (found === undefined) missing.add(reference);
    else images.set(reference, found);
  }
  return [...images.values(), ...(await pullMissing([...missing], request, reporter))];
}

async function ownImages(request: ImageStoreRequest, reporter: Reporter): Promise<readonly CachedImage[]> {
  const { cacheDir, toolchain } = request;
  const record = readRecord(cacheDir, toolchain.version);
  const images: CachedImage[] = [];
  for (const role of imageRoles) {
    const dir = join(cachePlaces(cacheDir).images, record?.images[role].entry ?? '');
    const image = record === undefined ? undefined : await cachedImage(dir, false, reporter);
    if (image === undefined || image.reference !== toolchain.images[role]) {
      throw new LabError('NOT_FOUND', `image ${toolchain.images[role]} is no longer in the cache`, {
        hint: 'Run "podlab toolchain" to prepare it again.',
      });
    }
    images.push(image);
  }
  return images;
}

async function pullMissing(
  references: readonly string[],
  request: ImageStoreRequest,
  reporter: Reporter,
): Promise<readonly CachedImage[]> {
  if (references.length === 0) return [];
  const hint = 'Add the archive of the image with "podlab toolchain --image FILE", or name a registry with --registry.';
  for (const registry of new Set(references.map((reference) => request.registry ?? registryOf(reference)))) {
    const of = references.filter((reference) => request.registry !== undefined || registryOf(reference) === registry);
    const why =
      registry === localRepository ? 'podlab makes no image of that name' : await whyUnreachable(registry, request);
    if (why === undefined) continue;
    throw new LabError('NOT_FOUND', `image ${of.join(', ')} is not in the cache: ${why}`, { hint });
  }
  try {
    return await pullImages({ references, mirror: request.registry }, request, reporter);
  } catch (cause) {
    if (!(cause instanceof LabError) || cause.code !== 'DOWNLOAD_FAILED') throw cause;
    throw new LabError('NOT_FOUND', cause.message, { hint, cause });
  }
}

/** A path has a slash first or a dot and a slash; a reference has neither. */
function isFile(extra: string): boolean {
  return /^\.{0,2}\//.test(extra) || (extra.endsWith('.tar') && existsSync(extra));
}
