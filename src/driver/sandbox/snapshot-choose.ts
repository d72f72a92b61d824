// Which snapshot a room starts from, and what happens when that turns out to be no good.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../error.ts';
import type { Reporter } from '../../reporter.ts';
import type { StartFrom } from '../driver.ts';
import type { BuildRequest } from './build-room.ts';
import { openGolden } from './snapshot-golden.ts';
import { requireSnapshot } from './snapshot-named.ts';
import { restoreSnapshot, type Snapshot } from './snapshot-restore.ts';

export interface Choice {
  /** Undefined for a cluster from nothing. */
  readonly snapshot: Snapshot | undefined;
  /** '', `golden` or the snapshot's name. */
  readonly name: string;
}

/**
 * A golden snapshot that does not fit is passed over with a word; a named one can't be made again, so it is an error.
 *
 * @throws LabError NOT_FOUND, DAMAGED
 */
export async function chooseSnapshot(
  { cache, state }: Pick<BuildRequest, 'cache' | 'state'>,
  key: string,
  from: StartFrom,
  reporter: Reporter,
): Promise<Choice> {
  if (from === 'fresh') return { snapshot: undefined, name: '' };
  if (from === 'golden') {
    const snapshot = openGolden(cache, key, reporter);
    return { snapshot, name: snapshot === undefined ? '' : 'golden' };
  }
  return { snapshot: await requireSnapshot(state, from.snapshot, key), name: from.snapshot };
}

/**
 * Gives the nodes of a room to be the snapshot's files.
 *
 * @returns false when it was a golden one that was damaged, and the cluster has to be made from nothing
 */
export async function restoreOrStartAnew(
  request: BuildRequest,
  { snapshot, name }: Choice,
  reporter: Reporter,
): Promise<boolean> {
  if (snapshot === undefined) return false;
  const { topology, dir, data, path } = request;
  const nodes = topology.nodes.map((node) => node.name);
  try {
    await reporter.step(`restoring ${name === 'golden' ? 'the saved cluster' : `snapshot ${name}`}`, () =>
      restoreSnapshot(snapshot, { dir, nodes, data, path }),
    );
    return true;
  } catch (error) {
    if (name !== 'golden' || !(error instanceof LabError)) throw error;
    reporter.warn(`the saved cluster is not used, a new one is made: ${error.message}`);
    for (const node of nodes) rmSync(join(data, node), { recursive: true, force: true });
    return false;
  }
}
