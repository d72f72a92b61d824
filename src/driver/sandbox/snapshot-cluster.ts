// What of a running cluster is not in its nodes' files, but belongs to a snapshot of it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterNodes } from '../../cluster/cluster-place.ts';
import { readyPods } from '../../cluster/pods-back.ts';
import { readProxyRules } from '../../cluster/proxy-rules.ts';
import type { EarlierCluster } from '../../cluster/start-cluster.ts';
import { LabError } from '../../error.ts';
import type { Reporter } from '../../reporter.ts';
import type { BuildRequest } from './build-room.ts';
import { saveGolden } from './snapshot-golden.ts';
import { clusterName } from './snapshot-manifest.ts';
import type { Snapshot } from './snapshot-restore.ts';

/** Saves a cluster that has just been made, for the next room of its kind. That it can't be saved must not cost this room. */
export async function keepGolden(
  { dir, data, cache, path, signal = new AbortController().signal }: BuildRequest,
  place: ClusterNodes,
  key: string,
  reporter: Reporter,
): Promise<void> {
  const nodes = place.topology.nodes.map(({ name }) => name);
  const fill = (snapshot: string) => describeCluster(place, snapshot);
  try {
    await reporter.step('saving the cluster for next time', () =>
      saveGolden(cache, { dir, nodes, key, data, fill, path }, { signal, reporter }),
    );
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'CANCELLED') throw error;
    reporter.warn(`the cluster is not saved for next time: ${error.message}`);
  }
}

/** Asked while the nodes run; what a start from the snapshot is told. */
export async function describeCluster(place: ClusterNodes, snapshot: string): Promise<void> {
  const [rules, ready] = await Promise.all([readProxyRules(place), readyPods(place)]);
  writeFileSync(join(snapshot, clusterName), JSON.stringify({ rules: [...rules], ready }), { mode: 0o600 });
}

export function earlierCluster({ dir, manifest }: Snapshot): EarlierCluster {
  const { rules, ready } = JSON.parse(readFileSync(join(dir, clusterName), 'utf8'));
  return { rules: new Map(rules), ready, savedAt: manifest.savedAt };
}
