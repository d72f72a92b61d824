// A disk for virtual machines that a stack file names with its checksum: downloaded once, and used only if it is the one that is meant.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../error.ts';
import { downloadWhole } from '../host/download.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { hashFile } from '../toolchain/hash-file.ts';
import { byteProgress } from '../toolchain/progress.ts';
import type { Workplace } from '../toolchain/request.ts';
import type { Checksum } from './checksum.ts';

/** What a stack file says about a disk. */
export interface WrittenImage {
  readonly url: string;
  readonly checksum: Checksum;
  /** Where it was written, for errors: `podlab:image`. */
  readonly key: string;
}

/**
 * Its absolute path: where it is, or in podlab's cache.
 *
 * @param isPreview whether it is enough to know where it would be
 * @throws LabError DAMAGED when the checksum is another one, NOT_FOUND, DOWNLOAD_FAILED, CANCELLED
 */
export async function fetchedImage(
  image: WrittenImage,
  { cacheDir, env, signal }: Pick<Workplace, 'cacheDir' | 'env' | 'signal'>,
  isPreview: boolean,
  reporter: Reporter,
): Promise<string> {
  const url = new URL(image.url);
  if (url.protocol === 'file:') return verifiedImage(fileURLToPath(url), image);
  const kept = join(cacheDir, 'vm-downloads', `${image.checksum.hex}.qcow2`);
  if (existsSync(kept) || isPreview) return kept;
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to download ${image.url}`);
  return withLockInTurn(`${kept}.lock`, { onWait, signal }, async () => {
    // Made by whoever had the lock.
    if (existsSync(kept)) return kept;
    const part = `${kept}.part`;
    await reporter.step(`downloading ${image.url}`, (update) => {
      let show: ((done: number) => void) | undefined;
      return downloadWhole(url, part, { env, signal }, (done, total) => {
        show ??= byteProgress(total, update);
        show(done);
      });
    });
    try {
      await verifiedImage(part, image);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
    renameSync(part, kept);
    return kept;
  });
}

/** @throws LabError NOT_FOUND, DAMAGED */
export async function verifiedImage(path: string, { url, checksum, key }: WrittenImage): Promise<string> {
  if (!existsSync(path)) throw new LabError('NOT_FOUND', `${key}: there is no ${path}`);
  const { algorithm, hex } = checksum;
  const is = await hashFile(path, algorithm);
  if (is === hex) return path;
  const name = algorithm.replace('sha', 'SHA-');
  throw new LabError('DAMAGED', `${key}: ${url} has the ${name} checksum ${is}, not ${hex}`, {
    hint: 'Compare with what its project publishes; the file may have been replaced by a newer one.',
  });
}
