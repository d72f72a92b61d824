// Round trips of ddsperf (Cyclone DDS) from one pod to another: finds where to run it, tells it whom to look for.

import { LabError } from '../error.ts';
import type { Argv, Executor } from '../host/host.ts';
import { criContainers } from './cri-view.ts';
import { parseDdsperf, type Roundtrips } from './ddsperf-report.ts';
import { attempt } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import type { ProbeContext } from './probe.ts';
import { addressOfTarget } from './targets.ts';

/** Who sends to whom, and how the two find each other. */
export interface DdsWay {
  readonly from: DdsSide;
  readonly to: DdsSide;
  readonly discovery: 'peers' | 'multicast';
  /** What `from` looks for: an address, with the port of discovery where it isn't that of `to` itself. */
  readonly peer: string;
  /** What `to` looks for; undefined when it waits until it is called, as it must if a Service is to be what joins them. */
  readonly caller: string | undefined;
}

export interface DdsSide {
  readonly executor: Executor;
  readonly node: string;
  readonly ip: string;
  /** What stands before the program to run it in the pod. */
  readonly prefix: readonly string[];
}

/** @throws LabError PROBE_FAILED when no container of one of the pods runs */
export async function ddsWay(
  context: ProbeContext,
  way: {
    readonly from: string;
    readonly to: string;
    readonly service?: string | undefined;
    readonly discovery?: DdsWay['discovery'];
  },
  domain: number,
): Promise<DdsWay> {
  const [from, to] = [await ddsSide(context, way.from), await ddsSide(context, way.to)];
  const { service, discovery = 'peers' } = way;
  if (service === undefined) return { from, to, discovery, peer: to.ip, caller: from.ip };
  const address = await addressOfTarget(context, `service/${service}`);
  return { from, to, discovery, peer: `${address}:${discoveryPort(domain)}`, caller: undefined };
}

/**
 * @param load bytes of each message; seconds, of which finding each other takes the first
 * @returns counts of 0 when they do not find each other
 */
export async function measureRoundtrips(
  { from, to, discovery, peer, caller }: DdsWay,
  { seconds, size, domain }: { readonly seconds: number; readonly size: number; readonly domain: number },
): Promise<Roundtrips> {
  const ends = new AbortController();
  const pong = run(to, ['-D', String(seconds + 8), '-i', String(domain), 'pong'], {
    uri: configuration(discovery, caller),
    seconds: seconds + 8,
    signal: ends.signal,
  });
  try {
    const when = ['-D', String(seconds), '-i', String(domain), '-Qminmatch:1', '-Qinitwait:5'];
    const answer = await run(from, ['-X', ...when, 'ping', 'size', String(size)], {
      uri: configuration(discovery, peer),
      seconds: seconds + 6,
    });
    return parseDdsperf(answer) ?? none;
  } finally {
    ends.abort();
    await pong;
  }
}

const none: Roundtrips = { count: 0, mean: 0, min: 0, p50: 0, p90: 0, p99: 0, max: 0 };

/** DDSI-RTPS 2.5, section 9.6.1: the port at which the first participant of a host hears of others. */
function discoveryPort(domain: number): number {
  return 7400 + 250 * domain + 10;
}

/** Cyclone's configuration: with peers, unicast alone; they look at the first few ports unless one is given. */
function configuration(discovery: DdsWay['discovery'], peer: string | undefined): string {
  if (discovery === 'multicast') return '<CycloneDDS><Domain/></CycloneDDS>';
  const peers = peer === undefined ? '' : `<Peers><Peer address="${peer}"/></Peers>`;
  return `<CycloneDDS><Domain><General><AllowMulticast>false</AllowMulticast></General><Discovery><ParticipantIndex>auto</ParticipantIndex>${peers}</Discovery></Domain></CycloneDDS>`;
}

async function ddsSide(context: ProbeContext, reference: string): Promise<DdsSide> {
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
  { executor, prefix }: DdsSide,
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
