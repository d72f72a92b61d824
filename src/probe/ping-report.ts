// Reads what ping (iputils) says: it has no JSON, so this is the one place that knows its words.

import type { RunResult } from '../host/host.ts';

export interface PingReport {
  readonly sent: number;
  readonly received: number;
  /** Average, milliseconds; 0 when nothing came back. */
  readonly rtt_ms: number;
  /** The kernel of the asking node refused to send. */
  readonly no_route: boolean;
}

/** Undefined when ping could not even try, for example for want of permission. */
export function parsePing({
  exitCode,
  stdout,
  stderr,
}: Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>): PingReport | undefined {
  const counts = /^(\d+) packets transmitted, (\d+) received,/m.exec(stdout);
  if (exitCode > 1 || counts === null)
    return refusal.test(stderr) ? { sent: 0, received: 0, rtt_ms: 0, no_route: true } : undefined;
  const average = /^rtt min\/avg\/max\/mdev = [\d.]+\/([\d.]+)\//m.exec(stdout)?.[1];
  const received = Number(counts[2]);
  return {
    sent: Number(counts[1]),
    received,
    rtt_ms: average === undefined ? 0 : Number(average),
    no_route: received === 0 && refusal.test(stderr),
  };
}

// What it says when connect() or sendmsg() fail with ENETUNREACH, EHOSTUNREACH, EMSGSIZE, EINVAL (blackhole) or EACCES
// (prohibit; it thinks of broadcast first).
const refusal =
  /Network is unreachable|No route to host|[Mm]essage too long|connect: Invalid argument|check your local firewall rules/;
