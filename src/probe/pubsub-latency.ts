// pubsub.latency: round trips of a publish/subscribe middleware (DDS) from pod to pod.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import type { Argv, Executor } from '../host/host.ts';
import { podName } from './args.ts';
import { criContainers } from './cri-view.ts';
import { parseDdsperf, type Roundtrips } from './ddsperf-report.ts';
import { attempt } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { addressOfTarget } from './targets.ts';

const integer = (min: number, max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max), v.description(description));

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
    service: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\S{1,300}$/),
        v.description(
          'Find the other side through this Service (NAME or NAMESPACE/NAME), which must send UDP port 7410 + 250·DOMAIN to `to`.',
        ),
      ),
    ),
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
  async observe(context, args) {
    const [from, to] = [await side(context, args.from), await side(context, args.to)];
    const peer = args.service === undefined ? to.ip : await addressOfTarget(context, `service/${args.service}`);
    const ends = new AbortController();
    const pong = run(to, ['-D', String(args.seconds + 8), '-i', String(args.domain), 'pong'], {
      uri: configuration(args.discovery, from.ip),
      seconds: args.seconds + 8,
      signal: ends.signal,
    });
    try {
      const wait = ['-Qminmatch:1', '-Qinitwait:5'];
      const words = [
        '-X',
        '-D',
        String(args.seconds),
        '-i',
        String(args.domain),
        ...wait,
        'ping',
        'size',
        String(args.size),
      ];
      const answer = await run(from, words, {
        uri: configuration(args.discovery, peer, args.service === undefined ? undefined : discoveryPort(args.domain)),
        seconds: args.seconds + 6,
      });
      const seen = parseDdsperf(answer) ?? none;
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
        from_ip: from.ip,
        to_ip: to.ip,
        same_node: from.node === to.node,
        size: args.size,
      };
    } finally {
      ends.abort();
      await pong;
    }
  },
});

const none: Roundtrips = { count: 0, mean: 0, min: 0, p50: 0, p90: 0, p99: 0, max: 0 };

/** DDSI-RTPS 2.5, section 9.6.1: the port at which the first participant of a host hears of others. */
function discoveryPort(domain: number): number {
  return 7400 + 250 * domain + 10;
}

/** Cyclone's configuration: with peers, unicast alone; they look at the first few ports unless one is given. */
function configuration(discovery: 'peers' | 'multicast', peer: string, port?: number): string {
  if (discovery === 'multicast') return '<CycloneDDS><Domain/></CycloneDDS>';
  const address = port === undefined ? peer : `${peer}:${port}`;
  return `<CycloneDDS><Domain><General><AllowMulticast>false</AllowMulticast></General><Discovery><ParticipantIndex>auto</ParticipantIndex><Peers><Peer address="${address}"/></Peers></Discovery></Domain></CycloneDDS>`;
}

interface Side {
  readonly executor: Executor;
  readonly node: string;
  readonly ip: string;
  /** What stands before the program to run it in the pod. */
  readonly prefix: readonly string[];
}

async function side(context: ProbeContext, reference: string): Promise<Side> {
  const { name, namespace, node, ip } = podFacts((await findPod(context, reference)) ?? {});
  const executor = node === '' ? undefined : context.node(node);
  const members = executor === undefined ? [] : await criContainers(executor);
  const member = members.find((one) => one.kind === 'container' && one.pod === name && one.namespace === namespace);
  if (executor === undefined || member === undefined) {
    throw new LabError('PROBE_FAILED', `no container of pod ${reference} runs`, {
      hint: 'Ask whether it is ready, with k8s.pod, in a clause before this one.',
    });
  }
  const target = ['nsenter', '--target', String(member.pid), '--net', '--ipc', '--uts'];
  // With the root comes the process namespace: /proc in there knows no process of another.
  const inContainer = [...target, '--pid', '--mount', '--'];
  const { exitCode } = await executor.run([...inContainer, 'ddsperf', 'help'] as unknown as Argv);
  // An image without ddsperf does as well: the node's own program then runs in the pod's network.
  return { executor, node, ip, prefix: exitCode === 127 ? [...target, '--'] : inContainer };
}

async function run(
  { executor, prefix }: Side,
  words: readonly string[],
  { uri, seconds, signal }: { readonly uri: string; readonly seconds: number; readonly signal?: AbortSignal },
): Promise<string> {
  const argv = [...prefix, 'ddsperf', ...words] as unknown as Argv;
  const result = await attempt(executor, argv, {
    env: { CYCLONEDDS_URI: uri },
    timeoutMs: 1000 * (seconds + 15),
    ...(signal !== undefined && { signal }),
  });
  // 1 is "nobody was there", 137 the end that we made to pong; the others are faults.
  if ([0, 1, 137].includes(result.exitCode)) return result.stdout;
  const lastWords = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new LabError(
    'PROBE_FAILED',
    `${executor.name}: ddsperf failed with exit code ${result.exitCode}: ${lastWords}`,
  );
}
