// k8s.dns: what a name means to a pod.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { ipv4, on, pod } from './args.ts';
import { criContainers } from './cri-view.ts';
import { type DnsAnswer, decodeAnswer, encodeQuery } from './dns-message.ts';
import { attempt, inView, type NetView, netView, output, requireNetns } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';

export const k8sDns = defineProbe({
  name: 'k8s.dns',
  summary: 'Which addresses has a name, as seen from a pod with its own resolv.conf?',
  runs: [
    'cat /proc/PID/root/etc/resolv.conf (PID: a container of the pod), cat /etc/resolv.conf (without `pod`)',
    "bash -c 'exec 3<>/dev/udp/SERVER/53; …' (one question of type A for each name of the search list)",
  ],
  take: 'ip',
  args: v.strictObject({
    on,
    pod,
    name: v.pipe(
      v.string(),
      v.regex(
        /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}\.?)+$/,
        'expected a name such as web or web.default.svc.cluster.local',
      ),
      v.description('Name to look up; completed by the search list as the resolver does, unless it ends with a dot.'),
    ),
    server: v.optional(ipv4('Ask this server in place of that of resolv.conf.')),
    seconds: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(10),
        v.description('Time for each answer; 2 if absent.'),
      ),
      2,
    ),
  }),
  returns: {
    found: 'the name has at least one address',
    ip: 'the first address, or empty',
    addresses: 'all of them, sorted; a headless Service has one for each ready pod',
    fqdn: 'the full name that has them, or empty',
    aliases: 'names in between (CNAME), as an ExternalName makes them',
    rcode: 'answer to the last question: NOERROR, NXDOMAIN, SERVFAIL, REFUSED; `timeout` when none came',
    tried: 'for each question: name, rcode, addresses',
    questions: 'how many questions that took, of type A alone',
    ttl: 'seconds that the answer may be kept; 0 when there is none',
    authoritative: 'the server is an authority for the name, as CoreDNS is for those of the cluster',
    server: 'the name server that was asked',
    search: 'domains of the search list',
    ndots: 'names with fewer dots are tried with the search list first',
  },
  async observe(context, { name, server: given, seconds, ...where }) {
    const view = await netView(context, { ...where, netns: '' });
    requireNetns(view);
    const config = parseResolvConf(await resolvConf(context, view, where.pod));
    const server = given ?? config.servers[0];
    if (server === undefined) throw new LabError('PROBE_FAILED', `${view.executor.name}: resolv.conf names no server`);
    const tried: { name: string; answer: DnsAnswer | undefined }[] = [];
    for (const candidate of candidates(name, config)) {
      const answer = await ask(view, server, candidate, { id: 1 + tried.length, seconds });
      tried.push({ name: candidate, answer });
      if (answer !== undefined && answer.addresses.length > 0) break;
    }
    const last = tried.at(-1);
    const addresses = [...(last?.answer?.addresses ?? [])].sort();
    return {
      found: addresses.length > 0,
      ip: last?.answer?.addresses[0] ?? '',
      addresses,
      fqdn: addresses.length > 0 ? (last?.name ?? '') : '',
      aliases: [...(last?.answer?.aliases ?? [])],
      rcode: last?.answer?.rcode ?? 'timeout',
      tried: tried.map((one) => ({
        name: one.name,
        rcode: one.answer?.rcode ?? 'timeout',
        addresses: [...(one.answer?.addresses ?? [])],
      })),
      questions: tried.length,
      ttl: last?.answer?.ttl ?? 0,
      authoritative: last?.answer?.authoritative ?? false,
      server,
      search: config.search,
      ndots: config.ndots,
    };
  },
});

async function resolvConf(context: ProbeContext, view: NetView, reference: string): Promise<string> {
  if (reference === '') return output(view.executor, ['cat', '/etc/resolv.conf']);
  const { name, namespace } = podFacts((await findPod(context, reference)) ?? {});
  const member = (await criContainers(view.executor)).find(
    (one) => one.kind === 'container' && one.pod === name && one.namespace === namespace,
  );
  if (member === undefined) throw new LabError('PROBE_FAILED', `no container of pod ${namespace}/${name} runs`);
  return output(view.executor, ['cat', `/proc/${member.pid}/root/etc/resolv.conf`]);
}

export interface ResolvConf {
  readonly servers: string[];
  readonly search: string[];
  readonly ndots: number;
}

/** resolv.conf(5); the last search list counts. */
export function parseResolvConf(text: string): ResolvConf {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const valuesOf = (keyword: string) => lines.filter(([first]) => first === keyword).map((words) => words.slice(1));
  const ndots = valuesOf('options')
    .flat()
    .find((option) => option.startsWith('ndots:'));
  return {
    servers: valuesOf('nameserver').flat(),
    search: valuesOf('search').at(-1) ?? [],
    ndots: ndots === undefined ? 1 : Number(ndots.slice('ndots:'.length)),
  };
}

/** In the order in which the resolver of the C library tries them. */
export function candidates(name: string, { search, ndots }: ResolvConf): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const completed = search.map((domain) => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...completed] : [...completed, name];
}

// dd puts the question into one datagram, and takes one for the answer.
const script = `
exec 3<>"/dev/udp/$0/53" || exit 1
printf "$1" | dd bs=512 iflag=fullblock status=none >&3 || exit 1
timeout "$2" dd bs=4096 count=1 status=none <&3 | od -An -v -tu1
`;

async function ask(
  view: NetView,
  server: string,
  name: string,
  { id, seconds }: { readonly id: number; readonly seconds: number },
): Promise<DnsAnswer | undefined> {
  const query = encodeQuery(id, name).map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  const argv = inView(view, ['bash', '-c', script, server, query.join(''), String(seconds)]);
  const { stdout } = await attempt(view.executor, argv);
  const bytes = stdout.trim() === '' ? [] : stdout.trim().split(/\s+/).map(Number);
  return decodeAnswer(bytes, id);
}
