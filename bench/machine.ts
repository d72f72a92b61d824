// The machine in general terms: what somebody needs to judge the figures.

import { cpus, loadavg, release, totalmem } from 'node:os';

export function describeMachine(): string {
  const gibibytes = (totalmem() / 1024 ** 3).toFixed(0);
  const day = new Date().toISOString().slice(0, 10);
  return `${cpus().length} cores, ${gibibytes} GiB of memory, Linux ${release().split('-')[0]}, Node ${process.version}, ${day}`;
}

/** Processes that want a CPU, over the last minute. Above 1 before a run, something else takes part in the result. */
export function load(): number {
  return loadavg()[0] ?? 0;
}
