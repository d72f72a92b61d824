// Images from a registry, pulled by containerd, which verifies every digest, and kept as archives.

import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { downloadText } from '../host/download.ts';
import { writeFileAtomic } from '../host/files.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from './cache-entry.ts';
import { archiveName, type CachedImage, imageEntryDir, imageOf } from './image-cache.ts';
import { withPrivateContainerd } from './private-containerd.ts';
import { arch, cachePlaces, hashOf, type Workplace } from './request.ts';
import { withScratch } from './scratch.ts';

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
  const isLocal = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(registry);
  const text = registry.includes('://') ? registry : `${isLocal ? 'http' : 'https'}://${registry}`;
  try {
    return new URL(text.endsWith('/') ? text : `${text}/`);
  } catch (cause) {
    const hint = 'Write a host, such as registry.example:5000, or a URL.';
    throw new LabError('USAGE', `--registry ${registry} is no registry`, { hint, cause });
  }
}

export interface PullRequest {
  readonly references: readonly string[];
  /** The registry to ask instead of the one in the names. */
  readonly mirror?: string | undefined;
  /** How long a registry may send nothing; containerd passes things on by the mebibyte. Default 60 000. */
  readonly silentForMs?: number;
}

/**
 * Pulls images and puts them into the cache, under their own names whatever registry they really came from. Only while holding
 * the cache's lock.
 *
 * @throws LabError DOWNLOAD_FAILED when one can't be had, DAMAGED when its bytes are not those of its digest
 */
export async function pullImages(
  { references, mirror, silentForMs = 60_000 }: PullRequest,
  workplace: Workplace,
  reporter: Reporter,
): Promise<readonly CachedImage[]> {
  mkdirSync(cachePlaces(workplace.cacheDir).images, { recursive: true });
  return withScratch(workplace.cacheDir, async (scratch) => {
    const hosts = join(scratch, 'hosts');
    for (const name of new Set(references.map(registryOf))) {
      const text = hostsFile(name, mirror ?? name);
      if (text !== undefined) writeFileAtomic(join(hosts, name, 'hosts.toml'), text);
    }
    const files = references.map((_reference, index) => join(scratch, `${index}.tar`));
    const pairs = references.flatMap((reference, index) => [reference, files[index] ?? '']);
    const args = [hosts, `linux/${arch}`, `${Math.ceil(silentForMs / pollMs)}`, ...pairs];
    const digests = await reporter.step(`pulling ${references.length} container images`, (update) => {
      const onStderr = (text: string) => {
        const at = /^podlab: (.*)$/m.exec(text)?.[1];
        if (at !== undefined) update(at);
      };
      const root = join(scratch, 'root');
      const task = { root, network: true, script: pullScript, args, timeoutMs: 60 * 60_000, onStderr };
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
  });
}

function pulledDir(reference: string, { cacheDir }: Workplace): string {
  return imageEntryDir(cacheDir, reference, hashOf('registry', arch, reference));
}

/**
 * containerd's way to say where a registry really is (its docs/hosts.md). Without TLS only where `registryUrl` says so.
 *
 * @returns undefined where containerd finds it by itself
 */
export function hostsFile(name: string, registry: string): string | undefined {
  const url = registryUrl(registry);
  // docker.io is a name only, which containerd knows how to reach; it needs no file unless a mirror stands in.
  if (registry === name && url.protocol === 'https:') return undefined;
  const at = JSON.stringify(url.href.replace(/\/$/, ''));
  return `server = ${at}\n[host.${at}]\n  capabilities = ["pull", "resolve"]\n`;
}

/** What went wrong, in ctr's own words, is a line or two; how the pull went before that is not of interest. */
function pullError(error: unknown): unknown {
  if (!(error instanceof LabError) || error.code !== 'COMMAND_FAILED') return error;
  const lines = error.message.replace(/^containerd: /, '').split('\n');
  const message = `image could not be pulled: ${lines.filter((line) => !line.startsWith('podlab: ')).join('\n')}`;
  const isDamaged = /unexpected commit (digest|size)|digest mismatch|failed (size|content) validation/.test(message);
  if (isDamaged) {
    return new LabError('DAMAGED', message, { hint: 'Try another registry, or none: podlab can assemble the images.' });
  }
  return new LabError('DOWNLOAD_FAILED', message, { hint: 'See whether the registry has this image.', cause: error });
}

/** How often is looked whether something came. */
const pollMs = 200;

// A platform's part alone is exported: the index may name more than was pulled. ctr writes its progress to standard output, and
// waits for a silent registry without end.
const pullScript = `
hosts=$1 platform=$2 patience=$3
shift 3
content=$root/io.containerd.content.v1.content
pull() {
  $CTR content fetch --hosts-dir "$hosts" --platform "$platform" "$1" >"$state/pull" 2>&1 &
  client=$! bytes=0 silent=0
  while kill -0 $client 2>/dev/null; do
    sleep ${pollMs / 1000}
    had=$bytes
    bytes=$(du -sb "$content" 2>/dev/null | cut -f 1)
    bytes=\${bytes:-0}
    silent=$((silent + 1))
    [ "$had" = "$bytes" ] || silent=0
    [ $silent -gt 0 ] || echo "podlab: $1, $2 to go, $((bytes / 1000000)) MB so far" >&2
    [ $silent -le $patience ] || { kill -9 $client; echo "$1: nothing came for $((patience * ${pollMs} / 1000)) s" >&2; exit 1; }
  done
  wait $client || { tail -n 1 "$state/pull" >&2; exit 1; }
}
while [ $# -gt 0 ]; do
  pull "$1" $((($# + 1) / 2))
  $CTR images export --platform "$platform" "$2" "$1"
  $CTR images list "name==$1" | awk 'NR == 2 { print $3 }'
  shift 2
done
`;
