// net.reach: whether packets come back from an address.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { parseIp } from '../net/ipv4.ts';
import { ipv4, netns, on, pod, port } from './args.ts';
import { attempt, inView, type NetView, netView, requireNetns } from './net-view.ts';
import { type PingReport, parsePing } from './ping-report.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { addressOfTarget, isTarget, targetForms } from './targets.ts';

export const netReach = defineProbe({
  name: 'net.reach',
  summary: 'Does an address answer a ping, or accept a TCP connection?',
  runs: [
    'ping -n -c COUNT -i 0.2 -W SECONDS [-M do -s MTU-28] TO',
    "timeout SECONDS bash -c 'exec 3<>/dev/tcp/$0/$1' TO PORT",
  ],
  take: 'reached',
  args: v.strictObject({
    on,
    netns,
    pod,
    to: v.union([
      ipv4('IPv4 address.'),
      v.pipe(v.string(), v.description(`Name of a node: its first address. Or: ${targetForms}.`)),
    ]),
    port: v.optional(port('Connect to this TCP port instead of pinging.')),
    count: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(20),
        v.description('Pings or connections; 3 if absent.'),
      ),
      3,
    ),
    mtu: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(28),
        v.maxValue(65_535),
        v.description('Ping with IP packets of exactly this many bytes that may not be fragmented.'),
      ),
    ),
    seconds: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(20),
        v.description('Time for each answer; 1 if absent.'),
      ),
      1,
    ),
  }),
  returns: {
    to: 'the address that was tried',
    reached: 'at least one answer came in time',
    sent: 'pings or connections tried',
    received: 'answers',
    loss_percent: '0 to 100',
    rtt_ms: 'average round-trip time in milliseconds; 0 for TCP and when nothing came back',
    no_route: 'the node itself refused to send: no route, or larger than the MTU of its own interface',
    timed_out: 'nothing at all came back, not even a refusal, before the time was over (TCP)',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    requireNetns(view);
    const to = await addressOf(context, args.to);
    const seen = args.port === undefined ? await ping(view, to, args) : await connect(view, to, args.port, args);
    const loss = seen.sent === 0 ? 100 : (100 * (seen.sent - seen.received)) / seen.sent;
    return { to, reached: seen.received > 0, loss_percent: Math.round(loss), ...seen };
  },
});

interface Seen extends PingReport {
  readonly no_route: boolean;
  readonly timed_out: boolean;
}

async function addressOf(context: ProbeContext, to: string): Promise<string> {
  if (isTarget(to)) return addressOfTarget(context, to);
  if (parseIp(to) !== undefined) return to;
  const address = context.topology.nodes.find((node) => node.name === to)?.nics[0]?.ip;
  if (address !== undefined) return address;
  throw new LabError('NOT_FOUND', `net.reach: "${to}" is neither an IPv4 address nor a node of the stack`, {
    hint: `Use one of: ${context.topology.nodes.map((node) => node.name).join(', ')}`,
  });
}

interface Limits {
  readonly count: number;
  readonly seconds: number;
  readonly mtu?: number | undefined;
}

async function ping(view: NetView, to: string, { count, seconds, mtu }: Limits): Promise<Seen> {
  // 28 bytes are the headers: IPv4 20 (RFC 791), ICMP echo 8 (RFC 792).
  const size = mtu === undefined ? [] : ['-M', 'do', '-s', String(mtu - 28)];
  const limits = ['-c', String(count), '-i', '0.2', '-W', String(seconds)];
  const timeoutMs = 1000 * (count * seconds + 10);
  const argv = inView(view, ['ping', '-n', ...limits, ...size, to]);
  const result = await attempt(view.executor, argv, { timeoutMs });
  const report = parsePing(result);
  if (report !== undefined) return { ...report, timed_out: false };
  throw new LabError('PROBE_FAILED', `${view.executor.name}: \`${argv.join(' ')}\` failed: ${result.stderr.trim()}`);
}

// bash, because every Debian has it: it is essential, and its /dev/tcp needs no further program.
async function connect(view: NetView, to: string, port: number, { count, seconds }: Limits): Promise<Seen> {
  const script = 'exec 3<>"/dev/tcp/$0/$1"';
  const argv = inView(view, ['timeout', String(seconds), 'bash', '-c', script, to, String(port)]);
  const exitCodes: number[] = [];
  for (let n = 0; n < count; n += 1) exitCodes.push((await attempt(view.executor, argv)).exitCode);
  return {
    sent: count,
    received: exitCodes.filter((code) => code === 0).length,
    rtt_ms: 0,
    no_route: false,
    // 124 is what timeout(1) says when it had to end the program.
    timed_out: exitCodes.every((code) => code === 124),
  };
}
