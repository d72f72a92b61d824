// pubsub.latency_pair: round trips of a publish/subscribe middleware (DDS) on two ways, measured in turns.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { podName } from './args.ts';
import { type DdsWay, ddsWay, measureRoundtrips } from './dds-roundtrips.ts';
import { median, pairedRatio } from './paired-ratio.ts';
import { defineProbe } from './probe.ts';
import { throughService } from './pubsub-latency.ts';

const integer = (min: number, max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max), v.description(description));

const way = (name: string) =>
  v.pipe(
    v.strictObject({ from: podName, to: podName, service: throughService }),
    v.description(
      `${name}: the pods \`from\` and \`to\`, and, if not by the address of \`to\`, the \`service\` by which they find each other.`,
    ),
  );

// The usual domain 0 is left to those who publish by themselves.
const domain = 1;

export const pubsubLatencyPair = defineProbe({
  name: 'pubsub.latency_pair',
  summary: 'How many times longer is a round trip between publisher and subscriber on way A than on B?',
  runs: [
    'ddsperf -D SECONDS+8 -i 1 pong (in a container of `to`)',
    'ddsperf -X -D SECONDS -i 1 -Qminmatch:1 -Qinitwait:5 ping size SIZE (in a container of `from`; A B, B A, A B, …)',
  ],
  take: 'ratio',
  args: v.strictObject({
    a: way('A'),
    b: way('B'),
    rounds: v.optional(integer(3, 30, 'Pairs of runs; 6 if absent.'), 6),
    seconds: v.optional(
      integer(2, 30, 'Length of each run, of which finding each other takes the first; 2 if absent.'),
      2,
    ),
    size: v.optional(integer(12, 1_000_000, 'Bytes of each message; 64 if absent.'), 64),
  }),
  returns: {
    rounds: 'number of pairs',
    a_p50_us: 'median over the rounds of the median round trip of A, in microseconds',
    b_p50_us: 'the same for B',
    ratio: 'A divided by B, geometric mean over the pairs',
    ratio_low: 'lower end of its 95 % confidence interval',
    ratio_high: 'upper end of it',
    cv: 'coefficient of variation of A divided by B over the pairs: standard deviation by mean; 0.05 is quiet, 0.2 is noisy',
    conclusive: 'the interval excludes 1: there is a difference, and not only noise',
    a_p99_us: 'median over the rounds of the 99th percentile of A, in microseconds',
    b_p99_us: 'the same for B',
    pairs: 'the median round trips of each round in microseconds: a and b',
  },
  async observe(context, { a, b, rounds, seconds, size }) {
    const [wayA, wayB] = [await ddsWay(context, a, domain), await ddsWay(context, b, domain)];
    const run = (one: DdsWay) => measured(one, { seconds, size, domain });
    const reports: { readonly a: Measured; readonly b: Measured }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // A B, B A, A B, …: a machine that slowly gets faster or slower then favours neither side.
      if (round % 2 === 0) {
        const first = await run(wayA);
        reports.push({ a: first, b: await run(wayB) });
      } else {
        const first = await run(wayB);
        reports.push({ b: first, a: await run(wayA) });
      }
    }
    const pairs = reports.map((pair) => ({ a: pair.a.p50, b: pair.b.p50 }));
    const { ratio, low, high, cv, conclusive } = pairedRatio(pairs);
    return {
      rounds,
      a_p50_us: rounded(median(pairs.map((pair) => pair.a)), 1),
      b_p50_us: rounded(median(pairs.map((pair) => pair.b)), 1),
      ratio: rounded(ratio, 4),
      ratio_low: rounded(low, 4),
      ratio_high: rounded(high, 4),
      cv: rounded(cv, 4),
      conclusive,
      a_p99_us: rounded(median(reports.map((pair) => pair.a.p99)), 1),
      b_p99_us: rounded(median(reports.map((pair) => pair.b.p99)), 1),
      pairs,
    };
  },
});

interface Measured {
  readonly p50: number;
  readonly p99: number;
}

async function measured(one: DdsWay, load: Parameters<typeof measureRoundtrips>[1]): Promise<Measured> {
  const { count, p50, p99 } = await measureRoundtrips(one, load);
  if (count > 0) return { p50, p99 };
  throw new LabError(
    'PROBE_FAILED',
    `${one.from.executor.name}: no round trip from ${one.from.ip} to ${one.to.ip} by ${one.peer}`,
    { hint: 'They must find each other before there is something to compare: ask pubsub.latency for `matched`.' },
  );
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
