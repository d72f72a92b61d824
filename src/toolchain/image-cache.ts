// Images in the cache: one entry for each, an archive that `ctr images import` takes.

import { basename, join } from 'node:path';
import { listDir } from '../host/files.ts';
import type { Reporter } from '../reporter.ts';
import { type Entry, entryFile, openEntry } from './cache-entry.ts';
import { cachePlaces } from './request.ts';

export const archiveName = 'image.tar';

export interface CachedImage {
  readonly reference: string;
  /** Of the manifest or index that the reference names. */
  readonly digest: string;
  readonly archive: string;
  /** `registry`, `assembled` or `given`. */
  readonly origin: string;
  readonly entry: Entry;
}

/** Reads a `CachedImage` out of an entry that `imageEntryAbout` described. */
export function imageOf(entry: Entry): CachedImage {
  const { reference = '', digest = '', origin = '' } = entry.about;
  return { reference, digest, origin, entry, archive: entryFile(entry, archiveName) };
}

/** Name of the directory of an image; whatever `key` says must be the same for it to be the same image. */
export function imageEntryDir(cacheDir: string, reference: string, key: string): string {
  return join(cachePlaces(cacheDir).images, `${reference.replaceAll(/[^\w.-]/g, '_')}-${key.slice(0, 16)}`);
}

/**
 * The image in that directory if it is there and whole. A damaged one counts as missing, and is reported.
 */
export async function cachedImage(dir: string, verify: boolean, reporter: Reporter): Promise<CachedImage | undefined> {
  const opened = await openEntry(dir, verify);
  if (opened === undefined) return undefined;
  if ('entry' in opened) return imageOf(opened.entry);
  reporter.warn(`cached image is damaged and will be replaced: ${opened.damaged}`);
  return undefined;
}

/** The image that somebody gave or that was pulled under this reference; a given one wins. */
export async function imageByReference(
  cacheDir: string,
  reference: string,
  verify: boolean,
  reporter: Reporter,
): Promise<CachedImage | undefined> {
  const { images } = cachePlaces(cacheDir);
  const found: CachedImage[] = [];
  const prefix = basename(imageEntryDir(cacheDir, reference, ''));
  for (const name of listDir(images)) {
    if (!name.startsWith(prefix) || name.endsWith('.new')) continue;
    const image = await cachedImage(join(images, name), verify, reporter);
    if (image?.reference === reference && image.origin !== 'assembled') found.push(image);
  }
  return found.find(({ origin }) => origin === 'given') ?? found[0];
}
