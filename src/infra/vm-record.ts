// What podlab remembers of a room of virtual machines, so that it can be entered without Pulumi: by either door.

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import type { Topology } from '../topology/topology.ts';
import { knownHost } from '../vm/ssh-argv.ts';
import { markRoom, unmarkRoom } from './room-mark.ts';
import type { RoomSettings } from './room-settings.ts';

export interface VmRecord {
  readonly version: 1;
  readonly topology: Topology;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** `madeFrom` of what it is made from. */
  readonly from: string;
  readonly uri: string;
  readonly type: 'kvm' | 'qemu';
  /** On libvirt's machine. */
  readonly poolDirectory: string;
  readonly logDirectory: string;
  /** Unix time in milliseconds at which these machines were begun. */
  readonly since: number;
  /** False from the first change until all is done. */
  readonly complete: boolean;
  /** True as long as it has never been complete. */
  readonly neverReady?: boolean;
  /** Whether the moment of being ready is kept in every machine's disk. */
  readonly hasReadyState: boolean;
}

/** Tells whether a room is what its file says: its topology, and its other settings as they are written. */
export function madeFrom(topology: Topology, config: ReadonlyMap<string, string>): string {
  return createHash('sha256')
    .update(JSON.stringify([topology, ...config]))
    .digest('hex');
}

/** The files of a room in podlab's state directory. */
export function vmPlaces(stateDir: string, stack: string) {
  const dir = join(stateDir, stack, 'vm');
  return { dir, record: join(dir, 'record.json'), key: join(dir, 'key'), knownHosts: join(dir, 'known_hosts') };
}

/** Remembers a room, and whose it is. Called before the first machine is made, and again when all are. */
export function keepVmRecord(stateDir: string, record: VmRecord, keys: RoomSettings['keys']): void {
  const { stack, nodes } = record.topology;
  const places = vmPlaces(stateDir, stack);
  writeFileAtomic(places.key, keys.user.privateKey);
  const pins = nodes.map(({ name }) => knownHost(hostKeyAlias(stack, name), keys.hostKey(name).publicKey));
  writeFileAtomic(places.knownHosts, pins.join(''));
  writeFileAtomic(places.record, `${JSON.stringify(record)}\n`);
  markRoom(stateDir, stack, 'libvirt');
}

/** Under which name a machine's host key is pinned. */
export function hostKeyAlias(stack: string, node: string): string {
  return `${node}.${stack}`;
}

/** Changes what is remembered of a room. */
export function amendVmRecord(stateDir: string, stack: string, change: Partial<VmRecord>): void {
  const record = readVmRecord(stateDir, stack);
  if (record === undefined) return;
  writeFileAtomic(vmPlaces(stateDir, stack).record, `${JSON.stringify({ ...record, ...change })}\n`);
}

export function readVmRecord(stateDir: string, stack: string): VmRecord | undefined {
  const text = readTextIfExists(vmPlaces(stateDir, stack).record);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as VmRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

export function forgetVmRecord(stateDir: string, stack: string): void {
  rmSync(vmPlaces(stateDir, stack).dir, { recursive: true, force: true });
  unmarkRoom(stateDir, stack);
}
