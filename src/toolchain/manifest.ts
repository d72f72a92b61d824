// A manifest that a project publishes: out of the cache, or fetched and held to its checksum.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { downloadText } from '../host/download.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import type { Reporter } from '../reporter.ts';
import type { Workplace } from './request.ts';

/** Where a project's files are, below the path owner/name/tag/file. */
const upstream = new URL('https://raw.githubusercontent.com/');

/** Calico's has half of it. */
const maxBytes = 4 * 1024 * 1024;

export interface PinnedFile {
  /** owner/name/tag/path. */
  readonly path: string;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
}

export interface ManifestRequest extends Pick<Workplace, 'cacheDir' | 'env' | 'signal'> {
  /** Base of downloads laid out as upstream's. */
  readonly mirror?: URL | undefined;
}

/** @throws LabError DOWNLOAD_FAILED, DAMAGED when what comes is another file, or CANCELLED */
export async function fetchManifest(
  { path, sha256 }: PinnedFile,
  { cacheDir, env, signal, mirror = upstream }: ManifestRequest,
  reporter: Reporter,
): Promise<string> {
  const kept = join(cacheDir, 'manifests', `${sha256}.yaml`);
  const text = readTextIfExists(kept);
  if (text !== undefined && hashOfText(text) === sha256) return text;
  if (text !== undefined) reporter.warn(`cached manifest is damaged and will be replaced: ${kept}`);
  const url = new URL(path, mirror.href.endsWith('/') ? mirror : new URL(`${mirror.href}/`));
  const fetched = await reporter.step(`downloading ${path} from ${url.host}`, () =>
    downloadText(url, maxBytes, { env, signal }).catch((error: unknown) => {
      throw isFailure(error) ? new LabError(error.code, error.message, { hint: otherWays(kept), cause: error }) : error;
    }),
  );
  const got = hashOfText(fetched);
  if (got !== sha256) {
    throw new LabError('DAMAGED', `${url} has the SHA-256 checksum ${got}, and podlab expects ${sha256}`, {
      hint: otherWays(kept),
    });
  }
  writeFileAtomic(kept, fetched);
  return fetched;
}

function isFailure(error: unknown): error is LabError {
  return error instanceof LabError && error.code === 'DOWNLOAD_FAILED';
}

function otherWays(kept: string): string {
  return `Write podlab:cni: { manifest: ./FILE } with a copy of it, or put one at ${kept}.`;
}

function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
