// Puts the files of a snapshot where the nodes of a new room will find them.

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import { runProgram } from '../../host/run.ts';
import { cgroupParent } from './cgroups.ts';
import { extractArguments, filesWithCgroups, withCgroup } from './snapshot-contents.ts';
import { archiveName, faultOf, manifestName, parseManifest, type SnapshotManifest } from './snapshot-manifest.ts';

export interface Snapshot {
  readonly dir: string;
  readonly manifest: SnapshotManifest;
}

/** @returns the snapshot, or why it can't be used; undefined when there is none */
export function openSnapshot(
  dir: string,
  wanted: { readonly key: string; readonly now: number; readonly forMs: number },
): { readonly snapshot: Snapshot } | { readonly fault: string } | undefined {
  const text = readTextIfExists(join(dir, manifestName));
  if (text === undefined) return undefined;
  const fault = faultOf(text, wanted, (name) => statSync(join(dir, name), { throwIfNoEntry: false })?.size);
  const manifest = parseManifest(text);
  return fault === '' && manifest !== undefined ? { snapshot: { dir, manifest } } : { fault };
}

/**
 * Before the room is made: directories below a mounted overlay must be left alone.
 *
 * @param data the directory of the nodes' data
 * @throws LabError DAMAGED when a file does not hold what was saved, COMMAND_FAILED
 */
export async function restoreSnapshot(
  { dir, manifest }: Snapshot,
  to: { readonly dir: string; readonly nodes: readonly string[]; readonly data: string; readonly path: string },
): Promise<void> {
  mkdirSync(to.data, { recursive: true, mode: 0o700 });
  const archive = manifest.files.find(({ name }) => name === archiveName);
  const args = [join(dir, archiveName), archive?.sha256 ?? '', to.data, ...extractArguments];
  const { exitCode, stderr } = await runProgram(['sh', '-euc', extractScript, 'podlab', ...args], {
    env: { PATH: to.path, LC_ALL: 'C' },
    timeoutMs: 600_000,
  });
  if (exitCode === damaged) throw new LabError('DAMAGED', `${archiveName} does not hold what was saved`);
  if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `restoring a snapshot: ${stderr.trim()}`);
  for (const node of to.nodes) {
    for (const file of filesWithCgroups) {
      const path = join(to.data, node, file);
      const text = readTextIfExists(path);
      const group = cgroupParent(to.dir, node);
      if (text !== undefined) writeFileSync(path, withCgroup(text, manifest.cgroups[node] ?? group, group));
    }
  }
}

const damaged = 9;

// One open file for both, because another podlab may replace the snapshot between the two.
const extractScript = `
exec 3<"$1"
[ "$(sha256sum /proc/self/fd/3 | cut -c 1-64)" = "$2" ] || exit ${damaged}
data=$3
shift 3
tar --extract --file=/proc/self/fd/3 --directory="$data" "$@"
`;
