// pubsub.latency: round trips of a publish/subscribe middleware (DDS) from pod to pod.

import * as v from 'valibot';
import { podName } from './args.ts';
import { ddsWay, measureRoundtrips } from './dds-roundtrips.ts';
import { defineProbe } from './probe.ts';

const integer = (min: number, max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max), v.description(description));

export const throughService = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\S{1,300}$/),
    v.description(
      'Find the other side through this Service (NAME or NAMESPACE/NAME), which must send UDP port 7410 + 250·DOMAIN to `to`.',
    ),
  ),
);

export const pubsubLatency = defineProbe({
  name: 'pubsub.latency',
  summary: 'Do a publisher in one pod and a subscriber in another find each other, and how long is a round trip?',
  runs: [
    'ddsperf -D SECONDS+8 -i DOMAIN pong (in a container of `to`)',
    'ddsperf -X -D SECONDS -i DOMAIN -Qminmatch:1 -Qinitwait:5 ping size SIZE (in a container of `from`)',
  ],
  take: 'p50_us',
  args: v.strictObject({
    from: podName,
    to: podName,
    service: throughService,
    discovery: v.optional(
      v.pipe(
        v.picklist(['peers', 'multicast']),
        v.description('How they find each other: by the address of `to` (`peers`, if absent) or by `multicast` alone.'),
      ),
      'peers',
    ),
    size: v.optional(integer(12, 1_000_000, 'Bytes of each message; 64 if absent.'), 64),
    seconds: v.optional(integer(2, 60, 'How long; 4 if absent.'), 4),
    domain: v.optional(
      integer(0, 230, 'DDS domain; 1 if absent, which keeps off those who publish in the usual 0.'),
      1,
    ),
  }),
  returns: {
    matched: 'they found each other and at least one round trip was made',
    count: 'number of round trips',
    p50_us: 'median of the round trip in microseconds: median over the seconds; 0 without any, as all that follow',
    p90_us: '90th percentile',
    p99_us: '99th percentile',
    mean_us: 'mean',
    min_us: 'least',
    max_us: 'greatest',
    per_second: 'round trips in a second, one at a time',
    from_ip: 'address of `from`',
    to_ip: 'address of `to`',
    same_node: 'both are on one node',
    size: 'bytes of each message',
  },
  async observe(context, { seconds, size, domain, ...names }) {
    const way = await ddsWay(context, names, domain);
    const seen = await measureRoundtrips(way, { seconds, size, domain });
    return {
      matched: seen.count > 0,
      count: seen.count,
      p50_us: seen.p50,
      p90_us: seen.p90,
      p99_us: seen.p99,
      mean_us: seen.mean,
      min_us: seen.min,
      max_us: seen.max,
      per_second: seen.mean === 0 ? 0 : Math.round(1e6 / seen.mean),
      from_ip: way.from.ip,
      to_ip: way.to.ip,
      same_node: way.from.node === way.to.node,
      size,
    };
  },
});
