// Takes a snapshot of a room with a cluster: its nodes' files at one moment, there as a whole or not at all.

import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../../error.ts';
import { listDir, writeFileAtomic } from '../../host/files.ts';
import { runProgram } from '../../host/run.ts';
import { cgroupParent } from './cgroups.ts';
import { archiveArguments } from './snapshot-contents.ts';
import { copyEtcdLogs, etcdLogDir } from './snapshot-etcd-log.ts';
import { whileFrozen } from './snapshot-freeze.ts';
import { snapshotFormat } from './snapshot-key.ts';
import { archiveName, manifestName, type SnapshotFile, type SnapshotManifest } from './snapshot-manifest.ts';

export interface SnapshotRequest {
  /** The room's runtime directory. */
  readonly dir: string;
  readonly nodes: readonly string[];
  readonly key: string;
  /** The directory of the nodes' data. */
  readonly data: string;
  /** Where the snapshot will be; what is there already is replaced. */
  readonly target: string;
  /** Puts what else belongs to the snapshot into its directory, while the nodes still run. */
  fill(snapshot: string): Promise<void>;
  readonly path: string;
}

/**
 * The nodes stand still while they are copied, so all files are of one moment, as after a power failure: etcd and containerd
 * know how to begin from that.
 *
 * @throws LabError as `whileFrozen`, COMMAND_FAILED with what tar says
 */
export async function saveSnapshot(request: SnapshotRequest): Promise<SnapshotManifest> {
  const { dir, nodes, key, data, target, path } = request;
  removeUnfinished(dirname(target));
  const next = `${target}.${process.pid}.new`;
  // Private keys of the cluster are in it.
  mkdirSync(next, { recursive: true, mode: 0o700 });
  try {
    await request.fill(next);
    const savedAt = await whileFrozen(dir, path, async () => {
      await archiveNodes(nodes, data, next, path);
      return Date.now();
    });
    const files = await Promise.all(listDir(next).map((name) => describe(join(next, name), path)));
    const manifest: SnapshotManifest = {
      ...{ format: snapshotFormat, key, savedAt, files },
      cgroups: Object.fromEntries(nodes.map((node) => [node, cgroupParent(dir, node)])),
    };
    // Last: a snapshot without it is none.
    writeFileAtomic(join(next, manifestName), `${JSON.stringify(manifest, undefined, 1)}\n`);
    rmSync(target, { recursive: true, force: true });
    renameSync(next, target);
    return manifest;
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

/** All in one moment: nothing here may wait for a process of the room. */
async function archiveNodes(nodes: readonly string[], data: string, next: string, path: string): Promise<void> {
  const archive = `--file=${join(next, archiveName)}`;
  await run(['tar', '--create', archive, `--directory=${data}`, ...archiveArguments(nodes)], path);
  const logs = join(next, 'logs');
  const withLogs = nodes.filter((node) => copyEtcdLogs(join(data, node), join(logs, node)));
  const names = withLogs.map((node) => `${node}/${etcdLogDir}`);
  if (names.length > 0) await run(['tar', '--append', archive, `--directory=${logs}`, ...names], path);
  rmSync(logs, { recursive: true, force: true });
}

/** What a podlab that was killed left behind. Whoever saves holds a lock, so nobody else is at it. */
function removeUnfinished(dir: string): void {
  for (const name of listDir(dir)) {
    if (name.endsWith('.new')) rmSync(join(dir, name), { recursive: true, force: true });
  }
}

async function describe(file: string, path: string): Promise<SnapshotFile> {
  const sha256 = (await run(['sha256sum', file], path)).slice(0, 64);
  return { name: basename(file), bytes: statSync(file).size, sha256 };
}

async function run(argv: readonly [string, ...string[]], path: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(argv, { env: { PATH: path, LC_ALL: 'C' }, timeoutMs: 600_000 });
  if (exitCode === 0) return stdout;
  throw new LabError('COMMAND_FAILED', `saving a snapshot: ${argv[0]}: ${stderr.trim()}`, {
    hint: 'See whether the disk is full.',
  });
}
