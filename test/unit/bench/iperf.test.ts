import { expect, test } from 'vitest';
import { measureThroughput } from '../../../src/bench/iperf.ts';
import type { Argv, Executor } from '../../../src/host/host.ts';

const run = { address: '10.244.1.5', port: 5201, seconds: 2, protocol: 'udp' } as const;

/** Answers like iperf3 with --json. */
function iperf(report: object, exitCode = 0): { readonly executor: Executor; readonly seen: Argv[] } {
  const seen: Argv[] = [];
  const executor: Executor = {
    name: 'node1',
    async run(argv) {
      seen.push(argv);
      const stdout = JSON.stringify(report);
      return { argv, exitCode, stdout, stderr: '', timedOut: false, truncated: false, durationMs: 1 };
    },
  };
  return { executor, seen };
}

test('of UDP what arrives counts, not what was sent', async () => {
  const end = {
    sum: { bits_per_second: 14e9 },
    sum_sent: { bits_per_second: 14e9 },
    sum_received: { bits_per_second: 1.8e9 },
  };
  const { executor, seen } = iperf({ start: {}, end });
  expect(await measureThroughput({ executor, netns: 'cni-1', exists: true }, run)).toBe(1.8e9);
  expect(seen.map((argv) => argv.join(' '))).toEqual([
    'nsenter --net=/run/netns/cni-1 -- iperf3 --client 10.244.1.5 --port 5201 --time 2 --json --udp --bitrate 0',
  ]);
});

test('a server that does not answer is an error with what iperf3 says', async () => {
  const { executor } = iperf({ start: {}, end: {}, error: 'unable to connect to server: Connection refused' }, 1);
  await expect(measureThroughput({ executor, netns: '', exists: true }, run)).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: 'node1: iperf3 to 10.244.1.5: unable to connect to server: Connection refused',
  });
});

test('nothing that arrives is no measurement', async () => {
  const { executor } = iperf({ end: { sum_received: { bits_per_second: 0 } } });
  await expect(measureThroughput({ executor, netns: '', exists: true }, run)).rejects.toThrow('nothing arrived');
});
