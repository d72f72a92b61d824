// Snapshots that people took of their rooms, by name.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterNodes } from '../../cluster/cluster-place.ts';
import { LabError } from '../../error.ts';
import { listDir, readTextIfExists } from '../../host/files.ts';
import { hashFile } from '../../toolchain/hash-file.ts';
import { labelFault } from '../../topology/labels.ts';
import type { SnapshotSummary } from '../driver.ts';
import { nodeExecutor } from './enter.ts';
import type { RoomRecord } from './room-record.ts';
import { describeCluster } from './snapshot-cluster.ts';
import { saveImages } from './snapshot-images.ts';
import { manifestName, parseManifest, type SnapshotFile } from './snapshot-manifest.ts';
import { openSnapshot, type Snapshot } from './snapshot-restore.ts';
import { saveSnapshot } from './snapshot-save.ts';

/** Certificates last a year; a cluster should not be restored to find them all but expired. */
const namedForMs = 330 * 24 * 60 * 60 * 1000;

/** Where a stack keeps the snapshot of that name. @throws LabError USAGE for what can't be a name */
export function namedDir(state: string, name: string): string {
  const fault = labelFault(name);
  if (fault !== '' || name === 'golden') {
    const why = fault || 'is what podlab calls its own';
    throw new LabError('USAGE', `a snapshot can't be called ${JSON.stringify(name)}: the name ${why}`, {
      hint: 'Use lower-case letters, digits and dashes.',
    });
  }
  return join(snapshotsOf(state), name);
}

/** Saves a room that is up. @throws LabError as `saveSnapshot`, USAGE for what can't be a name or has no cluster */
export async function saveNamed(
  record: RoomRecord,
  { dir, data, state, path }: NamedPlaces,
  name: string,
): Promise<SnapshotSummary> {
  const { topology, cluster } = record;
  if (cluster === undefined) {
    throw new LabError('USAGE', `stack "${topology.stack}" has no cluster to save: its engine is ${topology.engine}`, {
      hint: `"podlab reset ${topology.stack}" builds such a room anew in a moment.`,
    });
  }
  const nodes: ClusterNodes = { topology, node: (node) => nodeExecutor(record, node) };
  const fill = async (snapshot: string) => {
    await describeCluster(nodes, snapshot);
    await saveImages(nodes, { dir, data }, snapshot);
  };
  const target = namedDir(state, name);
  const names = topology.nodes.map((node) => node.name);
  const { savedAt, files } = await saveSnapshot({ dir, data, target, fill, path, nodes: names, key: cluster.key });
  return { name, savedAt, bytes: bytesOf(files) };
}

interface NamedPlaces {
  /** The room's runtime directory. */
  readonly dir: string;
  /** The directory of its nodes' data. */
  readonly data: string;
  /** What is kept of the stack. */
  readonly state: string;
  readonly path: string;
}

/**
 * Reads every byte of it: once the room is gone, it is too late to find that the snapshot is no good.
 *
 * @throws LabError NOT_FOUND when there is none, DAMAGED when it can't be used for this room
 */
export async function requireSnapshot(state: string, name: string, key: string): Promise<Snapshot> {
  const found = openSnapshot(namedDir(state, name), { key, now: Date.now(), forMs: namedForMs });
  if (found === undefined) {
    const known = listNamed(state).map((snapshot) => snapshot.name);
    throw new LabError('NOT_FOUND', `there is no snapshot "${name}" of this stack`, {
      hint: known.length === 0 ? 'Take one with "podlab snapshot NAME".' : `There are: ${known.join(', ')}.`,
    });
  }
  const fault = 'fault' in found ? found.fault : await contentFault(found.snapshot);
  if ('snapshot' in found && fault === '') return found.snapshot;
  throw new LabError('DAMAGED', `snapshot "${name}" can't be used: ${fault}`, {
    hint: `Remove it with "podlab snapshot --remove ${name}".`,
  });
}

/** Those that are whole, oldest first. */
export function listNamed(state: string): readonly SnapshotSummary[] {
  const all = listDir(snapshotsOf(state)).flatMap((name) => {
    const manifest = parseManifest(readTextIfExists(join(snapshotsOf(state), name, manifestName)) ?? '');
    if (manifest === undefined || labelFault(name) !== '') return [];
    return [{ name, savedAt: manifest.savedAt, bytes: bytesOf(manifest.files) }];
  });
  return all.sort((a, b) => a.savedAt - b.savedAt);
}

/** @returns false when there was none */
export function removeNamed(state: string, name: string): boolean {
  const dir = namedDir(state, name);
  const existed = listDir(dir).length > 0;
  rmSync(dir, { recursive: true, force: true });
  return existed;
}

async function contentFault({ dir, manifest }: Snapshot): Promise<string> {
  for (const { name, sha256 } of manifest.files) {
    if ((await hashFile(join(dir, name))) !== sha256) return `${name} does not hold what was saved`;
  }
  return '';
}

function bytesOf(files: readonly SnapshotFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function snapshotsOf(state: string): string {
  return join(state, 'snapshots');
}
