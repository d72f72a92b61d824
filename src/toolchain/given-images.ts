// Archives of images that somebody gives: kept in the cache under their own references.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeEntry, openEntry } from './cache-entry.ts';
import { hashFile } from './hash-file.ts';
import { archiveName, type CachedImage, imageEntryDir, imageOf } from './image-cache.ts';
import { linkOrCopy } from './program.ts';
import { readArchive } from './read-archive.ts';
import { cachePlaces, hashOf, type Workplace } from './request.ts';

/**
 * Adds every image of an archive; one that is there already costs only its reading.
 *
 * @throws LabError NOT_FOUND when there is no such file, DAMAGED when it is no archive of images
 */
export async function addImageArchive(file: string, { cacheDir }: Workplace): Promise<readonly CachedImage[]> {
  mkdirSync(cachePlaces(cacheDir).images, { recursive: true });
  const archived = await readArchive(file);
  const hash = await hashFile(file);
  const images: CachedImage[] = [];
  for (const { reference, digest } of archived) {
    const dir = imageEntryDir(cacheDir, reference, hashOf('given', hash, reference));
    const opened = await openEntry(dir, false);
    if (opened !== undefined && 'entry' in opened) {
      images.push(imageOf(opened.entry));
      continue;
    }
    // Where an archive does not tell an image's digest, its own hash stands for it: both change together.
    const about = { reference, origin: 'given', digest: digest === '' ? `sha256:${hash}` : digest };
    const entry = await makeEntry(dir, about, async (next) => linkOrCopy(file, join(next, archiveName)));
    images.push(imageOf(entry));
  }
  return images;
}
