// Three stacks in three rounds, as `podlab bench cni` may have measured them.

import { type Measures, type Visit, ways } from '../../src/bench/cni-measures.ts';
import type { CniReport } from '../../src/bench/cni-report.ts';

const quick: Measures = { tcp: 20e9, udp: 2e9, rate: 14_000, p50: 60, p90: 80, p99: 150 };
const slow: Measures = { tcp: 8e9, udp: 1e9, rate: 9000, p50: 95, p90: 130, p99: 320 };

/** Rounds differ by what scales: the same for all stacks in one round. */
const speeds = [1, 1.1, 0.95];

function visit(stack: string, round: number, measures: Measures, jitter: number): Visit {
  const factor = (speeds[round] ?? 1) * jitter;
  const scaled: Measures = {
    tcp: measures.tcp * factor,
    udp: measures.udp * factor,
    rate: measures.rate * factor,
    p50: measures.p50 / factor,
    p90: measures.p90 / factor,
    p99: measures.p99 / factor,
  };
  const values = Object.fromEntries(ways.map((way) => [way, scaled])) as Visit['values'];
  // Host mode does a quarter more requests in every round; one request was once held up.
  const p99 = stack === 'bridge-bgp' && round === 2 ? 40_000 : scaled.p99;
  return { stack, round, values: { ...values, host: { ...scaled, rate: scaled.rate * 1.25, p99 } } };
}

const about = { proxyMode: 'nftables', nodes: 2, limits: '' };

export const sampleReport: Omit<CniReport, 'summary'> = {
  day: '2026-11-21',
  machine: { cores: 2, memoryGiB: 24, kernel: '6.18.44', load: 0.3, iperf3: '3.12', wrk: '4.1.0' },
  rounds: 3,
  seconds: 2,
  stacks: [
    { ...about, stack: 'kubeadm', cni: 'bridge host-gw', mtuBytes: 1500 },
    { ...about, stack: 'bridge-vxlan', cni: 'bridge vxlan', mtuBytes: 1450, limits: 'node2 0.5 CPUs and 700 MiB' },
    { ...about, stack: 'bridge-bgp', cni: 'bridge bgp', mtuBytes: 1500, nodes: 3 },
  ],
  visits: [0, 1, 2].flatMap((round) => [
    visit('kubeadm', round, quick, 1),
    visit('bridge-vxlan', round, slow, 1 + round / 100),
    visit('bridge-bgp', round, quick, [1.05, 0.95, 1.01][round] ?? 1),
  ]),
};
