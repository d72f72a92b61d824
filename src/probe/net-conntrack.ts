// net.conntrack: connections that the kernel keeps in mind, and where it sends their packets.

import * as v from 'valibot';
import { ipv4, on, port } from './args.ts';
import { type ConntrackEntry, parseConntrack } from './conntrack-list.ts';
import { netView, output } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { addressOfTarget, isTarget, targetForms } from './targets.ts';

const address = (what: string) =>
  v.optional(
    v.union([
      ipv4(`${what}: IPv4 address.`),
      v.pipe(v.string(), v.check(isTarget, 'expected an address or a target'), v.description(`Or: ${targetForms}.`)),
    ]),
  );

// Some hundred bytes for each connection.
const limits = { maxOutputBytes: 16 * 1024 * 1024 };

export const netConntrack = defineProbe({
  name: 'net.conntrack',
  summary: 'Which connections does the kernel of a node remember, and to whom does it really send their packets?',
  runs: ['conntrack -L -p PROTO'],
  take: 'targets',
  args: v.strictObject({
    on,
    proto: v.optional(v.pipe(v.picklist(['tcp', 'udp']), v.description('`tcp` if absent.')), 'tcp'),
    from: address('Who opened the connection'),
    to: address('What it asked for, before any translation'),
    port: v.optional(port('Destination port that it asked for.')),
    state: v.optional(v.pipe(v.string(), v.regex(/^[A-Z_]+$/), v.description('Only this state of TCP: ESTABLISHED …'))),
  }),
  returns: {
    exists: 'at least one connection matches',
    count: 'number of connections that match',
    entries:
      'for each: proto, state (of TCP, else empty), seconds (until it is forgotten), src, sport, dst, dport (as they were sent), reply_src, reply_sport, reply_dst, reply_dport (as answers come), assured',
    targets: 'where packets go after translation, as IP:PORT, sorted, each once: the sources of the answers',
    target_ips: 'the same without ports',
    sources: 'addresses that opened them, sorted, each once',
    translated: 'connections whose destination was rewritten on the way (DNAT)',
    masqueraded: 'connections whose source was rewritten as well: answers go to another address than src',
  },
  async observe(context, args) {
    const view = await netView(context, { on: args.on, netns: '' });
    const resolve = async (one: string | undefined) =>
      one === undefined || !isTarget(one) ? one : addressOfTarget(context, one);
    const [from, to] = await Promise.all([resolve(args.from), resolve(args.to)]);
    const listed = await output(view.executor, ['conntrack', '-L', '-p', args.proto], limits);
    const entries = parseConntrack(listed).filter(
      (entry) =>
        (from === undefined || entry.src === from) &&
        (to === undefined || entry.dst === to) &&
        (args.port === undefined || entry.dport === args.port) &&
        (args.state === undefined || entry.state === args.state),
    );
    const distinct = (one: (entry: ConntrackEntry) => string) => [...new Set(entries.map(one))].sort();
    return {
      exists: entries.length > 0,
      count: entries.length,
      entries: entries.map((entry) => ({ ...entry })),
      targets: distinct((entry) => `${entry.reply_src}:${entry.reply_sport}`),
      target_ips: distinct((entry) => entry.reply_src),
      sources: distinct((entry) => entry.src),
      translated: entries.filter((entry) => entry.reply_src !== entry.dst || entry.reply_sport !== entry.dport).length,
      masqueraded: entries.filter((entry) => entry.reply_dst !== entry.src).length,
    };
  },
});
