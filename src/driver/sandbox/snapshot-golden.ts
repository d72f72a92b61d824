// Clusters just made, kept in the cache: the next room of the same kind starts from one instead of from nothing.

import { rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { listDir } from '../../host/files.ts';
import { withLockInTurn } from '../../host/lock.ts';
import type { Reporter } from '../../reporter.ts';
import { goldenForMs } from './snapshot-manifest.ts';
import { openSnapshot, type Snapshot } from './snapshot-restore.ts';
import { type SnapshotRequest, saveSnapshot } from './snapshot-save.ts';

/** So many are kept, those used last; each has a few megabytes. */
export const keptGolden = 8;

/** The golden snapshot for this key, if there is a good one; why one is not used is said. */
export function openGolden(cache: string, key: string, reporter: Reporter): Snapshot | undefined {
  const dir = goldenDir(cache, key);
  const found = openSnapshot(dir, { key, now: Date.now(), forMs: goldenForMs });
  if (found === undefined) return undefined;
  if ('fault' in found) {
    reporter.warn(`the saved cluster is not used, a new one is made: ${found.fault}`);
    return undefined;
  }
  // When it was used last.
  utimesSync(dir, new Date(), new Date());
  return found.snapshot;
}

/** Saves a room's cluster as golden, in place of what there may be, and drops those that were not used for longest. */
export async function saveGolden(
  cache: string,
  request: Omit<SnapshotRequest, 'target'>,
  wait: { readonly signal: AbortSignal; readonly reporter: Reporter },
): Promise<void> {
  const onWait = (pid: number) => wait.reporter.info(`waiting for another podlab (process ${pid}) to save its cluster`);
  await withLockInTurn(join(goldenRoot(cache), 'lock'), { onWait, signal: wait.signal }, async () => {
    await saveSnapshot({ ...request, target: goldenDir(cache, request.key) });
    for (const dir of surplus(snapshotsIn(goldenRoot(cache)))) rmSync(dir, { recursive: true, force: true });
  });
}

/** Directories that are too many, of a list with the time at which each was used last. */
export function surplus(all: readonly { readonly dir: string; readonly usedAt: number }[]): readonly string[] {
  const latestFirst = [...all].sort((a, b) => b.usedAt - a.usedAt);
  return latestFirst.slice(keptGolden).map(({ dir }) => dir);
}

function goldenRoot(cache: string): string {
  return join(cache, 'snapshots');
}

// Sixteen digits never meet by chance; the whole key is in the manifest.
function goldenDir(cache: string, key: string): string {
  return join(goldenRoot(cache), key.slice(0, 16));
}

function snapshotsIn(root: string): readonly { readonly dir: string; readonly usedAt: number }[] {
  return listDir(root).flatMap((name) => {
    const dir = join(root, name);
    const stat = statSync(dir, { throwIfNoEntry: false });
    return stat?.isDirectory() ? [{ dir, usedAt: stat.mtimeMs }] : [];
  });
}
