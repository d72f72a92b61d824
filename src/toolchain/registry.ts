// Images from a registry, pulled by containerd, which verifies every digest, and kept as archives.

import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { downloadText } from '../host/download.ts';
import { writeFileAtomic } from '../host/files.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from './cache-entry.ts';
import { archiveName, type CachedImage, imageEntryDir, imageOf } from './image-cache.ts';
import { withPrivateContainerd } from './private-containerd.ts';
import { arch, cachePlaces, hashOf, type Workplace } from './request.ts';

/** Registry's part of a full reference: `registry.example:5000` of `registry.example:5000/a/b:1`. */
export function registryOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}

/**
 * Whether a registry answers within a few seconds, with anything that is HTTP: many ask for a token first.
 *
 * @param registry host, host:port or URL; the machine's own registries are asked without TLS, as Docker and containerd do
 * @returns why it does not, or undefined
 */
export async function whyUnreachable(registry: string, { env, signal }: Workplace): Promise<string | undefined> {
  try {
    await downloadText(new URL('v2/', registryUrl(registry)), 65_536, { env, signal });
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'DOWNLOAD_FAILED') throw error;
    if (!/server said (401|403)/.test(error.message)) return error.message;
  }
  return undefined;
}

/** @throws LabError USAGE for what is neither */
export function registryUrl(registry: string): URL {
  const isLocal = /^(localhost|127\.[\d.]+)(:\d+)?$/.test(registry);
  const text = registry.includes('://') ? registry : `${isLocal ? 'http' : 'https'}://${registry}`;
  try {
    return new URL(text.endsWith('/') ? text : `${text}/`);
  } catch (cause) {
    const hint = 'Write a host, such as registry.example:5000, or a URL.';
    throw new LabError('USAGE', `--registry ${registry} is no registry`, { hint, cause });
  }
}

/**
 * Pulls images and puts them into the cache, under their own names whatever registry they really came from.
 *
 * @param mirror the registry to ask instead of the one in the names
 * @throws LabError DOWNLOAD_FAILED when one can't be had, DAMAGED when its bytes are not those of its digest
 */
export async function pullImages(
  references: readonly string[],
  mirror: string | undefined,
  workplace: Workplace,
  reporter: Reporter,
): Promise<readonly CachedImage[]> {
  const { images } = cachePlaces(workplace.cacheDir);
  mkdirSync(images, { recursive: true });
  const scratch = mkdtempSync(join(images, 'pull-'));
  const state = mkdtempSync(join(tmpdir(), 'podlab-ctrd-'));
  try {
    const hosts = join(scratch, 'hosts');
    for (const name of new Set(references.map(registryOf))) writeHosts(hosts, name, mirror ?? name);
    const files = references.map((_reference, index) => join(scratch, `${index}.tar`));
    const args = [hosts, `linux/${arch}`, ...references.flatMap((reference, index) => [reference, files[index] ?? ''])];
    const digests = await reporter.step(`pulling ${references.length} container images`, (update) => {
      const onStderr = (text: string) => {
        const at = /^podlab: (.*)$/m.exec(text)?.[1];
        if (at !== undefined) update(at);
      };
      const root = join(scratch, 'root');
      const task = { root, state, network: true, script: pullScript, args, timeoutMs: 60 * 60_000, onStderr };
      return withPrivateContainerd(task, workplace).catch((error: unknown) => {
        throw pullError(error);
      });
    });
    const lines = digests.trim().split('\n');
    const pulled: CachedImage[] = [];
    for (const [index, reference] of references.entries()) {
      const about = { reference, origin: 'registry', digest: lines[index] ?? '' };
      const entry = await makeEntry(pulledDir(reference, workplace), about, async (next) => {
        renameSync(files[index] ?? '', join(next, archiveName));
      });
      pulled.push(imageOf(entry));
    }
    return pulled;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  }
}

function pulledDir(reference: string, { cacheDir }: Workplace): string {
  return imageEntryDir(cacheDir, reference, hashOf('registry', arch, reference));
}

/** containerd's way to say where a registry really is (its docs/hosts.md). */
function writeHosts(hosts: string, name: string, registry: string): void {
  const url = registryUrl(registry);
  // docker.io is a name only, which containerd knows how to reach; it needs no file unless a mirror stands in.
  if (registry === name && !url.href.startsWith('http:')) return;
  const at = url.href.replace(/\/$/, '');
  const text = `server = ${JSON.stringify(at)}\n[host.${JSON.stringify(at)}]\n  capabilities = ["pull", "resolve"]\n`;
  writeFileAtomic(join(hosts, name, 'hosts.toml'), text);
}

/** What went wrong, in ctr's own words, is a line or two; how the pull went before that is not of interest. */
function pullError(error: unknown): unknown {
  if (!(error instanceof LabError) || error.code !== 'COMMAND_FAILED') return error;
  const lines = error.message.split('\n').filter((line) => !line.startsWith('podlab: '));
  const message = `image could not be pulled: ${lines.join('\n').replace(/^containerd: /, '')}`;
  const isDamaged = /unexpected commit (digest|size)|digest mismatch|failed (size|content) validation/.test(message);
  if (isDamaged) {
    return new LabError('DAMAGED', message, { hint: 'Try another registry, or none: podlab can assemble the images.' });
  }
  return new LabError('DOWNLOAD_FAILED', message, { hint: 'See whether the registry has this image.', cause: error });
}

// A platform's part alone is exported: the index may name more than was pulled. ctr writes its progress to standard output.
const pullScript = `
hosts=$1 platform=$2
shift 2
while [ $# -gt 0 ]; do
  echo "podlab: $1, $((($# + 1) / 2)) to go" >&2
  $CTR images pull --hosts-dir "$hosts" --platform "$platform" --no-unpack "$1" >"$state/pull" 2>&1 || { tail -n 1 "$state/pull" >&2; exit 1; }
  $CTR images export --platform "$platform" "$2" "$1"
  $CTR images list "name==$1" | awk 'NR == 2 { print $3 }'
  shift 2
done
`;
