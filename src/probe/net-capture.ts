// net.capture: a ping from pod to pod as it passes an interface of a node, and what it is packed in there.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { parseIp } from '../net/ipv4.ts';
import { ifaceName, ipv4, on, podName } from './args.ts';
import { type CapturedPing, findPing, type IpHeader, pingMark } from './captured-packet.ts';
import { attempt, inView, type NetView, netView, requireNetns } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { addressOfTarget, isTarget, targetForms } from './targets.ts';

/** Long enough for tcpdump to begin on a busy machine while pings are on their way. */
const seconds = 4;

/** Pings as they are; VXLAN at the port of flannel, the registered one, and Weave's; IPv4 in IPv4. */
const filter = 'icmp[icmptype] == icmp-echo or udp port 8472 or udp port 4789 or udp port 6784 or ip proto 4';

export const netCapture = defineProbe({
  name: 'net.capture',
  summary: 'A ping from a pod as it passes an interface of a node: what is it packed in, from whom to whom?',
  runs: [
    `timeout ${seconds} tcpdump -n -U -i IFACE -s 256 -c COUNT -w - '${filter}' | base64`,
    'ping -n -c 25 -i 0.2 -W 1 -s PAYLOAD -p 706f646c6162 TO (in the network of `from`)',
  ],
  take: 'encapsulation',
  args: v.strictObject({
    on,
    iface: ifaceName('Interface of that node, for example `eth1`.'),
    from: podName,
    to: v.union([
      ipv4('IPv4 address.'),
      v.pipe(
        v.string(),
        v.check(isTarget, 'expected an address, pod/NAME, service/NAME, external/NAME or node/NAME'),
        v.description(`${targetForms}.`),
      ),
    ]),
    payload: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(24),
        v.maxValue(65_000),
        v.description('Bytes of payload of each ping, as `ping -s` counts them; 56 if absent.'),
      ),
      56,
    ),
  }),
  returns: {
    seen: 'a ping passed the interface; all other fields are empty or 0 when none did',
    encapsulation: 'none, vxlan or ipip',
    src: 'source address of the outermost IP header',
    dst: 'destination address of the outermost IP header',
    src_mac: 'hardware address that the frame comes from',
    dst_mac: 'hardware address that the frame goes to',
    ttl: 'hops that the outermost packet may still take',
    length: 'bytes of the outermost IP packet, its header included',
    port: 'UDP port that the outermost packet goes to; 0 without VXLAN',
    vni: 'VXLAN network identifier; 0 without VXLAN',
    inner_src: 'source address of the ping itself; without encapsulation the same as `src`, as for all that follow',
    inner_dst: 'destination address of the ping itself',
    inner_ttl: 'hops that the ping itself may still take',
    inner_length: 'bytes of the IP packet of the ping itself',
    overhead: 'bytes that the encapsulation adds to each packet',
  },
  async observe(context, args) {
    const sender = await netView(context, { on: '', netns: '', pod: args.from });
    requireNetns(sender);
    const to = isTarget(args.to) ? await addressOfTarget(context, args.to) : args.to;
    if (parseIp(to) === undefined) throw new LabError('PROBE_FAILED', `net.capture: "${to}" is no IPv4 address`);
    const wire = await netView(context, { on: args.on, netns: '' });
    const found = await watch(wire, args.iface, sender, { to, payload: args.payload });
    if (found === undefined) return nothing;
    const { encapsulation, outer, inner, srcMac, dstMac, port, vni } = found;
    return {
      seen: true,
      encapsulation,
      ...header(outer),
      src_mac: srcMac,
      dst_mac: dstMac,
      port,
      vni,
      inner_src: inner.src,
      inner_dst: inner.dst,
      inner_ttl: inner.ttl,
      inner_length: inner.length,
      overhead: outer.length - inner.length,
    };
  },
});

function header({ src, dst, ttl, length }: IpHeader) {
  return { src, dst, ttl, length };
}

const nothing = {
  seen: false,
  encapsulation: '',
  src: '',
  dst: '',
  src_mac: '',
  dst_mac: '',
  ttl: 0,
  length: 0,
  port: 0,
  vni: 0,
  inner_src: '',
  inner_dst: '',
  inner_ttl: 0,
  inner_length: 0,
  overhead: 0,
};

/** A few packets are enough on a quiet wire; where others talk too, more of them are looked at. */
async function watch(
  wire: NetView,
  iface: string,
  sender: NetView,
  pings: { readonly to: string; readonly payload: number },
): Promise<CapturedPing | undefined> {
  for (const count of [4, 300]) {
    const ends = new AbortController();
    const pinging = ping(sender, { ...pings, signal: ends.signal });
    try {
      const found = findPing(await record(wire, iface, count));
      if (found !== undefined) return found;
    } finally {
      ends.abort();
      await pinging;
    }
  }
  return undefined;
}

async function record(view: NetView, iface: string, count: number): Promise<Buffer> {
  // A pipe hides that a program is missing, so it is asked for first. base64: the bytes must pass as text.
  const script = `command -v tcpdump >/dev/null || exit 127
timeout ${seconds} tcpdump -n -U -i "$1" -s 256 -c "$2" -w - '${filter}' | base64 -w 0`;
  const argv = ['sh', '-c', script, 'sh', iface, String(count)] as const;
  const { exitCode, stdout, stderr } = await attempt(view.executor, argv, { timeoutMs: 1000 * (seconds + 15) });
  if (exitCode === 0 && stdout !== '') return Buffer.from(stdout, 'base64');
  throw new LabError('PROBE_FAILED', `${view.executor.name}: tcpdump on ${iface} failed: ${stderr.trim()}`);
}

interface Pings {
  readonly to: string;
  readonly payload: number;
  readonly signal: AbortSignal;
}

async function ping(view: NetView, { to, payload, signal }: Pings): Promise<void> {
  const pattern = Buffer.from(pingMark).toString('hex');
  const words = ['-n', '-c', '25', '-i', '0.2', '-W', '1', '-s', String(payload), '-p', pattern];
  // Whether an answer comes is not the question: a packet that gets lost later passed here all the same.
  await attempt(view.executor, inView(view, ['ping', ...words, to]), { timeoutMs: 20_000, signal });
}
