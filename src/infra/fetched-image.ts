// A disk for virtual machines that a stack file has downloaded: once, and only if it is the one that the file means.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../error.ts';
import { downloadFile } from '../host/download.ts';
import type { Reporter } from '../reporter.ts';
import { hashFile } from '../toolchain/hash-file.ts';
import type { Workplace } from '../toolchain/request.ts';
import type { Image } from '../topology/topology.ts';

/**
 * Its absolute path in podlab's cache.
 *
 * @param isPreview whether it is enough to know where it would be
 * @throws LabError DAMAGED when the checksum is another one; DOWNLOAD_FAILED
 */
export async function fetchedImage(
  { url, sha256 }: Image & { readonly kind: 'download' },
  { cacheDir, env, signal }: Pick<Workplace, 'cacheDir' | 'env' | 'signal'>,
  isPreview: boolean,
  reporter: Reporter,
): Promise<string> {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return verified(fileURLToPath(url), url, sha256);
  const kept = join(cacheDir, 'vm-downloads', `${sha256}.qcow2`);
  if (existsSync(kept) || isPreview) return kept;
  const part = `${kept}.part`;
  await reporter.step(`downloading ${url}`, () => downloadFile(new URL(url), part, { env, signal }, () => {}));
  try {
    await verified(part, url, sha256);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  renameSync(part, kept);
  return kept;
}

async function verified(path: string, url: string, sha256: string): Promise<string> {
  if (!existsSync(path)) throw new LabError('NOT_FOUND', `podlab:image: there is no ${path}`);
  const is = await hashFile(path);
  if (is === sha256) return path;
  throw new LabError('DAMAGED', `podlab:image: ${url} has the SHA-256 checksum ${is}, not ${sha256}`, {
    hint: 'Compare with what its project publishes; the file may have been replaced by a newer one.',
  });
}
