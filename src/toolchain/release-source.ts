// Programs from upstream's release downloads, or a mirror of them, with the published checksums.

import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { type DownloadOptions, downloadText, downloadWhole } from '../host/download.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from './cache-entry.ts';
import { nodePrograms, type ProgramName } from './go-modules.ts';
import { hashFile } from './hash-file.ts';
import { cachedProgram, type Program, type ProgramSource, programDir, programOf } from './program.ts';
import { byteProgress } from './progress.ts';
import { arch, cachePlaces, type ToolchainRequest } from './request.ts';

/** Upstream's, see https://kubernetes.io/releases/download/. */
const upstream = new URL('https://dl.k8s.io/');

const published: readonly ProgramName[] = [
  ...nodePrograms,
  ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'] as const),
];

/**
 * Asks for the checksums of the programs of a node first: they are small, and tell whether there is such a release.
 *
 * @throws LabError DOWNLOAD_FAILED when it can't be reached, DAMAGED when what it says is no checksum
 */
export async function releaseSource(request: ToolchainRequest, reporter: Reporter): Promise<ProgramSource> {
  const options: DownloadOptions = { env: request.env, signal: request.signal };
  const checksums = new Map<ProgramName, Promise<string>>();
  const checksumOf = (name: ProgramName): Promise<string> => {
    const known = checksums.get(name) ?? fetchChecksum(urlOf(name, request), options);
    checksums.set(name, known);
    return known;
  };
  await Promise.all(nodePrograms.map(checksumOf));
  return {
    origin: 'release',
    keyOf: async (name) => (published.includes(name) ? checksumOf(name) : undefined),
    get: async (names) => {
      const programs: Program[] = [];
      for (const name of names) {
        const checksum = await checksumOf(name);
        const dir = programDir(name, 'release', checksum, request);
        const found = await cachedProgram(name, dir, request, reporter);
        programs.push(found ?? (await fetchProgram(name, checksum, dir, request, options, reporter)));
      }
      return programs;
    },
  };
}

async function fetchChecksum(program: URL, options: DownloadOptions): Promise<string> {
  const url = new URL(`${program}.sha256`);
  const text = await downloadText(url, 4096, options);
  // Some mirrors write the file's name behind it, as sha256sum does.
  const checksum = /^([0-9a-f]{64})(\s|$)/i.exec(text.trim())?.[1];
  if (checksum !== undefined) return checksum.toLowerCase();
  throw new LabError('DAMAGED', `${url} is no SHA-256 checksum: it begins with ${JSON.stringify(text.slice(0, 40))}`, {
    hint: 'See whether the mirror is laid out as upstream is.',
  });
}

async function fetchProgram(
  name: ProgramName,
  checksum: string,
  dir: string,
  request: ToolchainRequest,
  options: DownloadOptions,
  reporter: Reporter,
): Promise<Program> {
  const url = urlOf(name, request);
  // Named by the checksum, so that a part of one file is never continued with another.
  const part = join(cachePlaces(request.cacheDir).downloads, `${name}-${checksum}.part`);
  await reporter.step(`downloading ${name} ${request.version} from ${url.host}`, async (update) => {
    let show: ((done: number) => void) | undefined;
    const progress = (done: number, total: number) => {
      show ??= byteProgress(total, update);
      show(done);
    };
    await downloadWhole(url, part, options, progress);
    if ((await hashFile(part)) === checksum) return;
    // What an earlier run left may have been bad from the beginning.
    rmSync(part, { force: true });
    await downloadWhole(url, part, options, progress);
    const got = await hashFile(part);
    if (got === checksum) return;
    rmSync(part, { force: true });
    throw new LabError('DAMAGED', `${url} has the SHA-256 checksum ${got}, and ${checksum} is published`, {
      hint: 'Try another mirror, or --from modules.',
    });
  });
  const about = { program: name, origin: 'release', version: request.version, url: url.href };
  const entry = await makeEntry(dir, about, async (next) => {
    renameSync(part, join(next, name));
    chmodSync(join(next, name), 0o755);
  });
  return programOf(name, entry);
}

function urlOf(name: ProgramName, { mirror, version }: ToolchainRequest): URL {
  const base = mirror ?? upstream;
  const root = base.href.endsWith('/') ? base : new URL(`${base.href}/`);
  return new URL(`release/${version}/bin/linux/${arch}/${name}`, root);
}
