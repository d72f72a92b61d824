// The images that go into a store: the toolchain's own, and what a stack file adds.

import { join } from 'node:path';
import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import { type CachedImage, cachedImage, imageByReference } from './image-cache.ts';
import type { ImageStoreRequest } from './image-store.ts';
import { readRecord } from './record.ts';
import { cachePlaces } from './request.ts';
import { imageRoles } from './toolchain.ts';

/** @throws LabError NOT_FOUND */
export async function imagesOfToolchain(
  request: ImageStoreRequest,
  reporter: Reporter,
): Promise<readonly CachedImage[]> {
  const { cacheDir, toolchain, extraImages } = request;
  const record = readRecord(cacheDir, toolchain.version);
  const images = new Map<string, CachedImage>();
  for (const role of imageRoles) {
    const part = record?.images[role];
    const image =
      part === undefined
        ? undefined
        : await cachedImage(join(cachePlaces(cacheDir).images, part.entry), false, reporter);
    if (image === undefined || image.reference !== toolchain.images[role]) {
      throw new LabError('NOT_FOUND', `image ${toolchain.images[role]} is no longer in the cache`, {
        hint: 'Run "podlab toolchain" to prepare it again.',
      });
    }
    images.set(image.reference, image);
  }
  for (const extra of extraImages) {
    const image = await imageByReference(cacheDir, extra, false, reporter);
    if (image === undefined) {
      throw new LabError('NOT_FOUND', `image ${extra} is not in the cache`, {
        hint: 'Add its archive with "podlab toolchain --image FILE".',
      });
    }
    images.set(image.reference, image);
  }
  return [...images.values()];
}
