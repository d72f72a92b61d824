// http.rps_pair: requests per second of two ways to a server, measured in turns.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { netns, on, pod, type Where } from './args.ts';
import { httpUrl } from './http-get.ts';
import { generateLoad, type LoadReport } from './load-generator.ts';
import { type NetView, netView, requireNetns } from './net-view.ts';
import { median, pairedRatio } from './paired-ratio.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { resolveUrl, targetForms } from './targets.ts';

const integer = (min: number, max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max), v.description(description));

const side = (name: string) =>
  v.pipe(
    v.strictObject({
      on,
      netns,
      pod,
      url: httpUrl,
    }),
    v.description(
      `${name}: where the client runs (\`on\`, \`netns\` or \`pod\`) and the \`url\` that it asks, \`http://ADDRESS:PORT/PATH\`; in braces in place of the address: ${targetForms}.`,
    ),
  );

export const httpRpsPair = defineProbe({
  name: 'http.rps_pair',
  summary: 'How many times more requests per second does A serve than B, and is that more than noise?',
  runs: ["sh -c 'cat | wrk -t 1 -c CONNECTIONS -d SECONDSs -s /dev/stdin URL' (two warm-ups, then A B, B A, A B, …)"],
  take: 'ratio',
  args: v.strictObject({
    a: side('A'),
    b: side('B'),
    rounds: v.optional(integer(3, 30, 'Pairs of runs; 6 if absent.'), 6),
    seconds: v.optional(integer(1, 30, 'Length of each run; 2 if absent.'), 2),
    connections: v.optional(integer(1, 256, 'Connections that the client keeps open; 16 if absent.'), 16),
  }),
  returns: {
    rounds: 'number of pairs',
    a_median: 'median of the requests per second of A',
    b_median: 'median of the requests per second of B',
    ratio: 'A divided by B, geometric mean over the pairs',
    ratio_low: 'lower end of its 95 % confidence interval',
    ratio_high: 'upper end of it',
    cv: 'coefficient of variation of A divided by B over the pairs: standard deviation by mean; 0.05 is quiet, 0.2 is noisy',
    conclusive: 'the interval excludes 1: there is a difference, and not only noise',
    errors: 'requests without an answer of status 2xx or 3xx, all runs together; above 1 % the probe fails instead',
    a_p99_ms: 'median over the rounds of the 99th percentile of the latency of A, in milliseconds',
    b_p99_ms: 'the same for B',
    pairs: 'the requests per second of each round: a and b',
  },
  async observe(context, { a, b, rounds, seconds, connections }) {
    const [viewA, viewB] = [await clientView(context, a), await clientView(context, b)];
    const [urlA, urlB] = [await resolveUrl(context, a.url), await resolveUrl(context, b.url)];
    const runA = (length: number) => measured(viewA, { url: urlA, seconds: length, connections });
    const runB = (length: number) => measured(viewB, { url: urlB, seconds: length, connections });
    await runA(1);
    await runB(1);
    const reports: { readonly a: LoadReport; readonly b: LoadReport }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // A B, B A, A B, …: a machine that slowly gets faster or slower then favours neither side.
      if (round % 2 === 0) {
        const first = await runA(seconds);
        reports.push({ a: first, b: await runB(seconds) });
      } else {
        const first = await runB(seconds);
        reports.push({ b: first, a: await runA(seconds) });
      }
    }
    const pairs = reports.map((pair) => ({ a: pair.a.requestsPerSecond, b: pair.b.requestsPerSecond }));
    const { ratio, low, high, cv, conclusive } = pairedRatio(pairs);
    return {
      rounds,
      a_median: rounded(median(pairs.map((pair) => pair.a)), 1),
      b_median: rounded(median(pairs.map((pair) => pair.b)), 1),
      ratio: rounded(ratio, 4),
      ratio_low: rounded(low, 4),
      ratio_high: rounded(high, 4),
      cv: rounded(cv, 4),
      conclusive,
      errors: reports.reduce((sum, pair) => sum + pair.a.errors + pair.b.errors, 0),
      a_p99_ms: rounded(median(reports.map((pair) => pair.a.p99Ms)), 3),
      b_p99_ms: rounded(median(reports.map((pair) => pair.b.p99Ms)), 3),
      pairs: pairs.map((pair) => ({ a: rounded(pair.a, 1), b: rounded(pair.b, 1) })),
    };
  },
});

async function clientView(context: ProbeContext, where: Where): Promise<NetView> {
  const view = await netView(context, where);
  requireNetns(view);
  return view;
}

async function measured(
  view: NetView,
  load: { url: string; seconds: number; connections: number },
): Promise<LoadReport> {
  const report = await generateLoad(view, load);
  const total = report.requestsPerSecond * load.seconds;
  if (total === 0 || report.errors > total / 100) {
    throw new LabError(
      'PROBE_FAILED',
      `${view.executor.name}: ${report.errors} of about ${Math.round(total)} requests to ${load.url} failed`,
      { hint: 'The speed of errors says nothing: make the server answer with status 200 first.' },
    );
  }
  return report;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
