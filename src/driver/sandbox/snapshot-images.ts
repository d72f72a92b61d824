// Images that a node got after its start: built, pulled or imported by those who work there.

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterNodes } from '../../cluster/cluster-place.ts';
import { runOnNode } from '../../cluster/run-on-node.ts';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { withPrivateContainerd } from '../../toolchain/private-containerd.ts';
import type { Workplace } from '../../toolchain/request.ts';
import type { Topology } from '../../topology/topology.ts';
import { imagesName } from './snapshot-manifest.ts';
import type { Snapshot } from './snapshot-restore.ts';

const withinMs = 600_000;
/** On a node; its data directory has it under lib/. */
const archiveOnNode = 'podlab-images.tar';

/**
 * Remembers, in the room's runtime directory, which images its nodes have from their store.
 *
 * @param snapshot what the room was restored from, whose own additions don't count
 */
export async function rememberImages(
  { topology, node }: ClusterNodes,
  dir: string,
  snapshot: Snapshot | undefined,
): Promise<void> {
  const [first] = topology.nodes;
  if (first === undefined) return;
  const known = snapshot === undefined ? undefined : readTextIfExists(join(snapshot.dir, knownName));
  writeFileAtomic(join(dir, knownName), known ?? (await imagesOn({ topology, node }, first.name)).join('\n'));
}

/** Name and digest of each image of the store, a line each; in a room's runtime directory and in its snapshots. */
const knownName = 'images.txt';

/** Puts archives of what nodes have beyond their store into a snapshot. */
export async function saveImages(
  cluster: ClusterNodes,
  { dir, data }: { readonly dir: string; readonly data: string },
  snapshot: string,
): Promise<void> {
  const text = readTextIfExists(join(dir, knownName)) ?? '';
  writeFileAtomic(join(snapshot, knownName), text);
  const known = new Set(text.split('\n'));
  for (const { name } of cluster.topology.nodes) {
    const added = (await imagesOn(cluster, name)).filter((line) => !known.has(line));
    if (added.length === 0) continue;
    const references = added.map((line) => line.split(' ')[0] ?? '');
    const argv = [...ctr, 'export', `/var/lib/${archiveOnNode}`, ...references] as const;
    await runOnNode(cluster.node(name), argv, { timeoutMs: withinMs });
    renameSync(join(data, name, 'lib', archiveOnNode), join(snapshot, imagesName(name)));
  }
}

/** Puts them into the stores of nodes-to-be, before anything runs there. */
export async function importImages(
  { dir, manifest }: Snapshot,
  { nodes }: Topology,
  data: string,
  workplace: Workplace,
): Promise<void> {
  const archives = new Set(manifest.files.map(({ name }) => name));
  for (const { name } of nodes) {
    if (!archives.has(imagesName(name))) continue;
    const root = join(data, name, 'lib', 'containerd');
    const args = [join(dir, imagesName(name))];
    await withPrivateContainerd({ root, network: false, script: importScript, args, timeoutMs: withinMs }, workplace);
  }
}

// The kubelet's interface writes names without a registry out in full, and then can't run what it does not find under those.
const importScript = `
$CTR images import "$1" >/dev/null
for name in $($CTR images list --quiet); do
  case $name in
    sha256:*) continue ;;
    */*) case \${name%%/*} in *.* | *:* | localhost) continue ;; *) full=docker.io/$name ;; esac ;;
    *) full=docker.io/library/$name ;;
  esac
  $CTR images tag "$name" "$full" >/dev/null 2>&1 || true
done
`;

const ctr = ['ctr', '--namespace', 'k8s.io', 'images'] as const;

async function imagesOn({ node }: ClusterNodes, name: string): Promise<readonly string[]> {
  const table = await runOnNode(node(name), [...ctr, 'list']);
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  // What the kubelet's interface adds under their digests are other names of the same images.
  return rows.flatMap(([reference = '', , digest = '']) =>
    reference === '' || reference.startsWith('sha256:') ? [] : [`${reference} ${digest}`],
  );
}
