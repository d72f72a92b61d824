// Engine kubernetes on the sandbox: gives every node its programs, images and control group, then has a cluster made of them.

import { randomBytes } from 'node:crypto';
import { existsSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ClusterPlace } from '../../cluster/cluster-place.ts';
import type { CniPlan } from '../../cluster/cni/cni-plan.ts';
import { gatherCni } from '../../cluster/cni/gather-cni.ts';
import { resumeCluster, startCluster } from '../../cluster/start-cluster.ts';
import type { Manifest } from '../../cluster/workloads.ts';
import { LabError } from '../../error.ts';
import { listDir, readTextIfExists } from '../../host/files.ts';
import { runProgram } from '../../host/run.ts';
import type { Reporter } from '../../reporter.ts';
import { imageStore } from '../../toolchain/image-store.ts';
import type { Workplace } from '../../toolchain/request.ts';
import { resolveToolchain } from '../../toolchain/resolve-toolchain.ts';
import type { ImageStore, Toolchain } from '../../toolchain/toolchain.ts';
import type { StartFrom } from '../driver.ts';
import type { BuildRequest } from './build-room.ts';
import { makeNodeCgroups } from './cgroup-limits.ts';
import { cgroupParent } from './cgroups.ts';
import { connectThrough } from './connect.ts';
import { nodeExecutor } from './enter.ts';
import type { ClusterRecord, RoomRecord } from './room-record.ts';
import { chooseSnapshot, restoreOrStartAnew } from './snapshot-choose.ts';
import { earlierCluster, keepGolden } from './snapshot-cluster.ts';
import { importImages, rememberImages } from './snapshot-images.ts';
import { snapshotKey } from './snapshot-key.ts';
import type { Snapshot } from './snapshot-restore.ts';

export interface ClusterParts {
  readonly toolchain: Toolchain;
  readonly store: ImageStore;
  readonly cni: CniPlan;
  readonly workloads: readonly Manifest[];
  readonly record: ClusterRecord;
  /** What the cluster starts from; undefined for nothing. */
  readonly snapshot: Snapshot | undefined;
}

/** Where Debian's containernetworking-plugins are. */
const cniPlugins = '/usr/lib/cni';

/** Finds or makes what nodes will be started from, before there are any. */
export async function gatherParts(request: BuildRequest, from: StartFrom, reporter: Reporter): Promise<ClusterParts> {
  const { topology } = request;
  const base = dirname(request.file);
  const workplace = workplaceOf(request);
  const toolchain = await resolveToolchain({ ...workplace, version: topology.kubernetes.version }, reporter);
  const cni = await gatherCni(topology, base, workplace, reporter);
  const own = topology.workloads.images.map((image) => (isPath(image) ? resolve(base, image) : image));
  const store = await imageStore({ ...workplace, toolchain, extraImages: [...cni.images, ...own] }, reporter);
  const workloads = topology.workloads.manifests.map((file) => readManifest(base, file));
  const key = snapshotKey({ topology, toolchain, store, cni, workloads });
  const { snapshot, name } = await chooseSnapshot(request, key, from, reporter);
  return { toolchain, store, cni, workloads, record: { key, from: name }, snapshot };
}

/** Gives the nodes-to-be the files of the snapshot; without a snapshot where a golden one turns out to be damaged. */
export async function restoreParts(
  request: BuildRequest,
  parts: ClusterParts,
  reporter: Reporter,
): Promise<ClusterParts> {
  const isRestored = await restoreOrStartAnew(request, { snapshot: parts.snapshot, name: parts.record.from }, reporter);
  if (isRestored) return parts;
  return { ...parts, snapshot: undefined, record: { ...parts.record, from: '' } };
}

function workplaceOf({ cache, home, path, env, uid, signal = new AbortController().signal }: BuildRequest): Workplace {
  return { cacheDir: cache, home, path, env, uid, signal };
}

function isPath(image: string): boolean {
  return /^\.{0,2}\//.test(image);
}

function readManifest(base: string, file: string): Manifest {
  const text = readTextIfExists(resolve(base, file));
  if (text !== undefined) return { file, text };
  throw new LabError('NOT_FOUND', `podlab:workloads: there is no ${resolve(base, file)}`, {
    hint: 'Paths of manifests are relative to the stack file.',
  });
}

export async function startKubernetes(
  record: RoomRecord,
  request: BuildRequest,
  parts: ClusterParts,
  reporter: Reporter,
): Promise<void> {
  const { topology } = record;
  const { phases } = request;
  const signal = request.signal ?? new AbortController().signal;
  await phases.phase('images', () =>
    reporter.step('giving every node its images', async () => {
      const give = (name: string) => giveImages(parts.store.dir, join(request.data, name), request.path);
      await Promise.all(topology.nodes.map(({ name }) => give(name)));
      if (parts.snapshot !== undefined)
        await importImages(parts.snapshot, topology, request.data, workplaceOf(request));
    }),
  );
  makeNodeCgroups(request.dir, topology.nodes);
  const [gateway] = record.members;
  if (gateway === undefined) throw new Error('a room without a gateway');
  const place: ClusterPlace = {
    topology,
    toolchain: parts.toolchain,
    node: (name) => nodeExecutor(record, name, signal),
    connect: (host, port) => connectThrough(record, gateway, host, port),
    nodes: { cgroupDriver: 'cgroupfs', cgroupOf: (node) => cgroupParent(request.dir, node), patience: 1 },
    signal,
    bootstrapToken: `${randomBytes(3).toString('hex')}.${randomBytes(8).toString('hex')}`,
  };
  const run = randomBytes(3).toString('hex');
  const start = { place, cni: parts.cni, workloads: parts.workloads, phases, run, reporter };
  if (parts.snapshot === undefined) {
    await startCluster(start);
    await phases.phase('save', () => keepGolden(request, place, parts.record.key, reporter));
  } else await resumeCluster(start, earlierCluster(parts.snapshot));
  await phases.phase('remember', () => rememberImages(place, request.dir, parts.snapshot));
}

/**
 * Hard links, but for what containerd writes in place: layers are only ever added and removed. Where the cache is on another
 * file system, a copy.
 */
async function giveImages(store: string, data: string, path: string): Promise<void> {
  const target = join(data, 'lib', 'containerd');
  const { exitCode, stderr } = await runProgram(['sh', '-euc', cloneScript, 'podlab', store, target], {
    env: { PATH: path, LC_ALL: 'C' },
    timeoutMs: 300_000,
  });
  if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `copying images to ${target}: ${stderr.trim()}`);
  for (const plugin of listDir(cniPlugins)) {
    const link = join(data, 'opt', 'cni', 'bin', plugin);
    if (!existsSync(link)) symlinkSync(join(cniPlugins, plugin), link);
  }
}

const cloneScript = `
store=$1 target=$2
cp -al "$store" "$target" 2>/dev/null || { rm -rf "$target"; cp -a --reflink=auto "$store" "$target"; }
cd "$store"
find . -name '*.db' | while read -r db; do
  cp --remove-destination --preserve=all "$db" "$target/$db"
done
`;
