// What a room with a cluster takes of memory and disk.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { cgroupOfRoom } from '../src/driver/sandbox/cgroups.ts';
import { processBytes } from './memory.ts';
import { runToEnd } from './workplace.ts';

export interface ProgramMemory {
  readonly node: string;
  readonly program: string;
  /** Proportional set size of all processes of that program on the node. */
  readonly bytes: number;
}

/**
 * The processes in the control groups of the room's nodes: the daemons and everything in pods.
 *
 * @param dir the room's runtime directory
 */
export function memoryByProgram(dir: string): readonly ProgramMemory[] {
  const group = cgroupOfRoom(dir);
  const sums = new Map<string, ProgramMemory>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const node = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split(`:${group}/`)[1]?.split(/[/\n]/)[0];
      if (node === undefined) continue;
      const program = programOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'));
      const key = `${node} ${program}`;
      sums.set(key, { node, program, bytes: (sums.get(key)?.bytes ?? 0) + processBytes(pid) });
    } catch {
      // It ended in the meantime.
    }
  }
  return [...sums.values()];
}

function programOf([file = '', first = '']: readonly string[]): string {
  return basename(file) === 'agnhost' ? `agnhost ${first}` : basename(file);
}

/** Bytes of the files under `data` that are no other names of what is in the store. */
export async function diskOfRoom(store: string, data: string): Promise<number> {
  // du counts each file once, under the first argument that has it.
  const out = await runToEnd('du', ['--summarize', '--block-size=1', store, data]);
  return Number(/^(\d+)/.exec(out.trim().split('\n')[1] ?? '')?.[1] ?? Number.NaN);
}
