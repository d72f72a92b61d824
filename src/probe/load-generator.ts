// One run of wrk inside a node; a Lua hook makes it report as JSON.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { attempt, inView, type NetView, parseJson, succeeded } from './net-view.ts';

export interface Load {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
}

export interface LoadReport {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** Requests without an answer, or with one that is neither 2xx nor 3xx. */
  readonly errors: number;
}

/** @throws LabError PROBE_FAILED when nobody answers at all */
export async function generateLoad(view: NetView, { url, seconds, connections }: Load): Promise<LoadReport> {
  const wrk = ['wrk', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', '/dev/stdin', url];
  // `cat` turns the socket that may be our standard input into a pipe, which wrk can open by name.
  const argv = inView(view, ['sh', '-c', 'cat | "$@"', 'sh', ...wrk] as const);
  const result = await attempt(view.executor, argv, { input: reportAsJson, timeoutMs: 1000 * (seconds + 20) });
  if (result.exitCode !== 0 && result.stderr.startsWith('unable to connect')) {
    throw new LabError('PROBE_FAILED', `${view.executor.name}: nobody answers at ${url}`, {
      hint: 'Check with net.listening and net.reach that the server runs before its speed is measured.',
    });
  }
  const line = succeeded(view.executor, result).stderr.trim().split('\n').at(-1) ?? '';
  const report = parseJson(view.executor, argv, line, wrkReport);
  const { requests, status, connect, read, write, timeout } = report;
  return {
    requestsPerSecond: requests / (report.duration_us / 1e6),
    p50Ms: report.p50_us / 1000,
    p90Ms: report.p90_us / 1000,
    p99Ms: report.p99_us / 1000,
    // An answer with an error status can count as a read error too.
    errors: Math.max(status, connect + read + write + timeout),
  };
}

const wrkReport = v.object({
  requests: v.number(),
  duration_us: v.number(),
  status: v.number(),
  connect: v.number(),
  read: v.number(),
  write: v.number(),
  timeout: v.number(),
  p50_us: v.number(),
  p90_us: v.number(),
  p99_us: v.number(),
});

// The hook is described in wrk's SCRIPTING file. Standard error, because wrk prints its own report to standard output.
const reportAsJson = `done = function(summary, latency)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests":%d,"duration_us":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50_us":%d,"p90_us":%d,"p99_us":%d}\\n',
    summary.requests, summary.duration, e.status, e.connect, e.read, e.write, e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99)))
end
`;
