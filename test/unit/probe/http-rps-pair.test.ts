import { expect, test } from 'vitest';
import type { Executor } from '../../../src/host/host.ts';
import { observe } from '../../support/probing.ts';

const args = { a: { url: 'http://10.0.0.1/' }, b: { url: 'http://10.0.0.2/' }, rounds: 4 };

/** Answers like wrk with the hook; `rate` gets the URL and the number of the run. */
function load(rate: (url: string, run: number) => number, failures = 0): Executor & { readonly urls: string[] } {
  const urls: string[] = [];
  return {
    name: 'node1',
    urls,
    async run(argv) {
      const url = argv.at(-1) ?? '';
      const requests = rate(url, urls.push(url));
      const report = {
        requests,
        duration_us: 1e6,
        status: failures,
        connect: 0,
        read: 0,
        write: 0,
        timeout: 0,
        p50_us: 900,
        p90_us: 1800,
        p99_us: 2500,
      };
      return {
        argv,
        exitCode: 0,
        stdout: '',
        stderr: `${JSON.stringify(report)}\n`,
        timedOut: false,
        truncated: false,
        durationMs: 1,
      };
    },
  };
}

test('rounds alternate their order after two warm-ups', async () => {
  const node = load(() => 1000);
  await observe('http.rps_pair', args, node);
  expect(node.urls.map((url) => (url === args.a.url ? 'A' : 'B')).join('')).toBe('ABABBAABBA');
});

test('a steady difference is conclusive', async () => {
  expect(
    await observe(
      'http.rps_pair',
      args,
      load((url) => (url === args.a.url ? 12_000 : 10_000)),
    ),
  ).toEqual({
    rounds: 4,
    a_median: 12_000,
    b_median: 10_000,
    ratio: 1.2,
    ratio_low: 1.2,
    ratio_high: 1.2,
    cv: 0,
    conclusive: true,
    errors: 0,
    a_p99_ms: 2.5,
    b_p99_ms: 2.5,
    pairs: Array(4).fill({ a: 12_000, b: 10_000 }),
  });
});

test('a machine that gets faster all the time shows no difference', async () => {
  const seen = await observe(
    'http.rps_pair',
    args,
    load((_url, run) => 1000 + 50 * run),
  );
  expect(seen).toMatchObject({ conclusive: false });
  expect(seen.ratio).toBeCloseTo(1, 2);
});

test('a few failed requests are counted, many are no measurement', async () => {
  expect(
    (
      await observe(
        'http.rps_pair',
        args,
        load(() => 10_000, 3),
      )
    ).errors,
  ).toBe(24);
  await expect(
    observe(
      'http.rps_pair',
      args,
      load(() => 10_000, 300),
    ),
  ).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: 'node1: 300 of about 10000 requests to http://10.0.0.1/ failed',
  });
});
