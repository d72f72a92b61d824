// What is remembered of a room while it stands: one JSON file that only its owner can read.

import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { listDir, readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import type { Argv } from '../../host/host.ts';
import { type ProcessIdentity, parseProcessStat } from '../../host/process.ts';
import type { Topology } from '../../topology/topology.ts';

export interface RoomRecord {
  readonly version: 1;
  readonly topology: Topology;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** Effective user id of the podlab that built it. */
  readonly uid: number;
  /** `starting` until everything that `up` does is done. */
  readonly state: 'starting' | 'up';
  /** Unix time in milliseconds at which the room was begun; with the stack's name it identifies the room. */
  readonly since: number;
  readonly owner: ProcessIdentity;
  /** The first process of the gateway, of each node and of `outside`, as the host sees them. */
  readonly members: readonly (ProcessIdentity & { readonly name: string })[];
  /** What `down` runs on this machine, in order, to take back what `up` changed outside the room. */
  readonly undo: readonly Argv[];
  /** For engine kubernetes. */
  readonly cluster?: ClusterRecord;
}

export interface ClusterRecord {
  /** `snapshotKey` of the room. */
  readonly key: string;
  /** What it started from: '' for nothing, `golden`, or the name of a snapshot. */
  readonly from: string;
}

/** The lock that whoever builds or removes the room holds; beside its runtime directory, which goes with the room. */
export function lockOf(dir: string): string {
  return `${dir}.lock`;
}

export function topologyHash(topology: Topology): string {
  return createHash('sha256').update(JSON.stringify(topology)).digest('hex');
}

/**
 * What is remembered; undefined when there is nothing, or nothing that can be read. A damaged record must not keep anybody
 * from seeing or removing the room: its owner's identity is in a file of its own.
 *
 * @param dir the room's runtime directory
 */
export function readRecord(dir: string): RoomRecord | undefined {
  const text = readTextIfExists(join(dir, 'record.json'));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as RoomRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Records of the user's other rooms. */
export function otherRecords(dir: string): readonly RoomRecord[] {
  const runtime = dirname(dir);
  const others = listDir(runtime).filter((name) => name !== basename(dir));
  return others.flatMap((name) => readRecord(join(runtime, name)) ?? []);
}

export function writeRecord(dir: string, record: RoomRecord): void {
  writeFileAtomic(join(dir, 'record.json'), `${JSON.stringify(record)}\n`);
}

/** Who owns the room, from the line that owner.sh wrote before anything else; works for half-made rooms too. */
export function readOwner(dir: string): ProcessIdentity | undefined {
  const text = readTextIfExists(join(dir, 'owner'));
  const stat = text === undefined ? undefined : parseProcessStat(text);
  return stat === undefined ? undefined : { pid: stat.pid, startTicks: stat.startTicks };
}
