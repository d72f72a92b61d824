// What is remembered of a cluster that podlab is attached to: one JSON file in the stack's state, without secrets.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../error.ts';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import type { Topology } from '../../topology/topology.ts';

export interface AttachedRecord {
  readonly version: 1;
  readonly topology: Topology;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** Unix time in milliseconds; with the stack's name it identifies the room. */
  readonly since: number;
  /** Absolute path; read again whenever it is needed, because credentials change. */
  readonly kubeconfig: string;
  /** '' for the current one. */
  readonly context: string;
  /** Node → what every program there gets besides podlab's own environment. */
  readonly env: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** @param dir the stack's directory below podlab's state */
export function readAttached(dir: string): AttachedRecord | undefined {
  const text = readTextIfExists(fileOf(dir));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as AttachedRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** @throws LabError STACK_NOT_UP */
export function requireAttached(dir: string, stack: string): AttachedRecord {
  const record = readAttached(dir);
  if (record !== undefined) return record;
  throw new LabError('STACK_NOT_UP', `stack "${stack}" is not up`, { hint: `Run "podlab up ${stack}".` });
}

export function writeAttached(dir: string, record: AttachedRecord): void {
  writeFileAtomic(fileOf(dir), `${JSON.stringify(record, undefined, 2)}\n`);
}

export function forgetAttached(dir: string): void {
  rmSync(fileOf(dir), { force: true });
}

function fileOf(dir: string): string {
  return join(dir, 'attached.json');
}
