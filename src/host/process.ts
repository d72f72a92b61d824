// Who a process is, in a way that survives the reuse of process ids.

import { readFileSync } from 'node:fs';
import { readTextIfExists } from './files.ts';

/** A process id together with the moment that process began, so that a later process with the same id is not mistaken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat (proc(5)). */
  readonly startTicks: number;
}

/**
 * Reads one line of /proc/PID/stat.
 *
 * @returns undefined when the line is not one; a zombie counts as a process that is gone.
 */
export function parseProcessStat(line: string): (ProcessIdentity & { readonly state: string }) | undefined {
  // The command name is in parentheses and may itself hold spaces and parentheses, so fields count from the last one.
  const match = /^(\d+) \(.*\) (\S) (.*)$/s.exec(line.trim());
  if (match === null) return undefined;
  const [, pid, state, rest] = match;
  // `rest` begins with field 4.
  const startTicks = Number(rest?.split(' ')[22 - 4]);
  if (!Number.isInteger(startTicks)) return undefined;
  return { pid: Number(pid), state: state ?? '', startTicks };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks;
}

/** Ids of the processes that it has started and that still run; empty where the kernel does not tell. */
export function childrenOf(pid: number | undefined): readonly number[] {
  const text = readTextIfExists(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

/** The identity of a running process; undefined for one that is gone or a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat;
  } catch {
    return undefined;
  }
}
