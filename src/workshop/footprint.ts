// What stands in a room, as lines of words: taken before and after an exercise, they must be the same.

import { LabError } from '../error.ts';
import type { Executor } from '../host/host.ts';
import type { Json, ProbeContext } from '../probe/probe.ts';
import { reservedNodeNames } from '../topology/topology.ts';

/** Sorted lines such as `node1: link br0 bridge mtu 1500 up`. */
export type Footprint = readonly string[];

export interface FootprintChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Links, addresses, routes, rules and named namespaces (and what is in those), nftables, listening sockets, forwarding
 * and processes of every node, of `gateway` and of `outside`; of a place that is not the room's alone, what of the room stands
 * there. Left out is what changes by itself or by chance: counters, timers, indexes, handles, MAC addresses, link-local
 * IPv6 and carrier state.
 *
 * @throws LabError PROBE_FAILED when a place answers with something unreadable
 */
export async function takeFootprint(context: ProbeContext): Promise<Footprint> {
  const lines: string[] = [];
  for (const name of [...context.topology.nodes.map((node) => node.name), ...reservedNodeNames]) {
    const executor = executorOf(context, name);
    if (executor === undefined) continue;
    const found = await (context.shared.get(name) ?? footprintOf)(executor);
    lines.push(...found.map((line) => `${name}: ${line}`));
  }
  return lines.filter((line) => !isWayToApi(context, line)).sort();
}

/** What came and what went. Equal lines count: two processes of one name are two. */
export function compareFootprints(before: Footprint, after: Footprint): FootprintChange {
  return { added: without(after, before), removed: without(before, after) };
}

/** Probes reach the API of a room's cluster through programs in the gateway, as many as they have connections. */
function isWayToApi({ topology }: ProbeContext, line: string): boolean {
  return topology.engine === 'kubernetes' && line === 'gateway: process socat';
}

function executorOf(context: ProbeContext, name: string): Executor | undefined {
  try {
    return context.node(name);
  } catch (cause) {
    // Not every driver has a gateway or an outside.
    if (cause instanceof LabError && cause.code === 'NOT_FOUND') return undefined;
    throw cause;
  }
}

async function footprintOf(executor: Executor): Promise<readonly string[]> {
  const namespaces = (await json(executor, ['ip', '-j', 'netns', 'list'])).map((one) => text(one, 'name'));
  const lines = [...(await networkOf(executor, [])), ...namespaces.map((name) => `netns ${name}`)];
  for (const name of namespaces) {
    lines.push(...(await networkOf(executor, ['-n', name])).map((line) => `netns ${name}: ${line}`));
  }
  lines.push(...(await nftOf(executor)), ...(await socketsOf(executor)), ...(await processesOf(executor)));
  const forwarding = await output(executor, ['cat', '/proc/sys/net/ipv4/ip_forward']);
  return forwarding.trim() === '' ? lines : [...lines, `forwarding ${forwarding.trim()}`];
}

async function networkOf(executor: Executor, where: readonly string[]): Promise<readonly string[]> {
  const ask = (...words: readonly string[]) => json(executor, ['ip', ...where, '-j', ...words]);
  const links = (await ask('-d', 'link', 'show')).map((link) => {
    const up = list(link, 'flags').includes('UP') ? ' up' : '';
    const master = text(link, 'master') === '' ? '' : ` port of ${text(link, 'master')}`;
    const kind = text(record(link, 'linkinfo'), 'info_kind');
    return `link ${text(link, 'ifname')}${kind === '' ? '' : ` ${kind}`} mtu ${text(link, 'mtu')}${up}${master}`;
  });
  const addresses = (await ask('addr', 'show')).flatMap((link) =>
    list(link, 'addr_info')
      .filter((address) => !(text(address, 'family') === 'inet6' && text(address, 'scope') === 'link'))
      .map((address) => `address ${text(address, 'local')}/${text(address, 'prefixlen')} on ${text(link, 'ifname')}`),
  );
  const routes = (await ask('route', 'show')).map((route) =>
    ['route', ...routeKeys.flatMap((key) => (text(route, key) === '' ? [] : [key, text(route, key)]))].join(' '),
  );
  const rules = (await ask('rule', 'show')).map((rule) => `rule ${JSON.stringify(rule)}`);
  return [...links, ...addresses, ...routes, ...rules];
}

const routeKeys = ['type', 'dst', 'gateway', 'dev', 'metric', 'prefsrc'] as const;

/** `nft` may be missing, or have no table at all; then there is nothing to say. */
async function nftOf(executor: Executor): Promise<readonly string[]> {
  const listed = await output(executor, ['nft', '-j', 'list', 'ruleset']);
  if (listed.trim() === '') return [];
  const { nftables } = parse(executor, listed) as { nftables?: readonly Json[] };
  return (nftables ?? [])
    .filter((entry) => record(entry, 'metainfo') === undefined)
    .filter((entry) => !isLeftOfService(record(entry, 'chain')) && !comesByChance(record(entry, 'rule')))
    .map((entry) => `nft ${JSON.stringify(withoutChance(entry))}`);
}

/**
 * kube-proxy empties the chain of a Service at once but removes it up to half a minute later (pkg/proxy/nftables,
 * staleChains). The rules in a chain are entries of their own.
 */
function isLeftOfService(chain: Json | undefined): boolean {
  return text(chain, 'table') === 'kube-proxy' && field(chain, 'hook') === undefined;
}

/**
 * kube-proxy writes this rule with its next look at everything, up to an hour after it has heard of the service range: before
 * its first one when it was lucky (pkg/proxy/nftables, OnServiceCIDRsChanged).
 */
function comesByChance(rule: Json | undefined): boolean {
  return text(rule, 'table') === 'kube-proxy' && text(rule, 'comment') === 'Drop traffic to unallocated ClusterIPs';
}

async function socketsOf(executor: Executor): Promise<readonly string[]> {
  const listed = await output(executor, ['ss', '-H', '-l', '-n', '-t', '-u']);
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length >= 5)
    .map(([protocol, , , , local]) => `listening ${protocol} ${local}`);
}

/** From /proc, because a node need not have `ps`. The shell that asks, and whatever it starts, is not counted. */
async function processesOf(executor: Executor): Promise<readonly string[]> {
  const listed = await output(executor, ['sh', '-c', 'cat /proc/[0-9]*/comm 2>/dev/null; true']);
  const own = ['sh', 'dash', 'bash', 'cat', ''];
  return listed
    .split('\n')
    .filter((name) => !own.includes(name.trim()) && !comesAndGoes(name))
    .map((name) => `process ${name.trim()}`);
}

/** Helpers of a machine's kernel, and of its udev: one for each thing that happens to devices, and soon gone again. */
function comesAndGoes(name: string): boolean {
  return name.startsWith('kworker') || name.startsWith('(udev-worker)');
}

async function json(executor: Executor, argv: readonly [string, ...string[]]): Promise<readonly Json[]> {
  const listed = await output(executor, argv);
  return listed.trim() === '' ? [] : (parse(executor, listed) as readonly Json[]);
}

/** Standard output, or '' when the program is missing or says no: an empty answer is the same before and after. */
async function output(executor: Executor, argv: readonly [string, ...string[]]): Promise<string> {
  const { exitCode, stdout } = await executor.run(argv, { timeoutMs: 10_000, maxOutputBytes: 4 * 1024 * 1024 });
  return exitCode === 0 ? stdout : '';
}

function parse(executor: Executor, listed: string): Json {
  try {
    return JSON.parse(listed) as Json;
  } catch (cause) {
    throw new LabError('PROBE_FAILED', `${executor.name} answered with something that is not JSON`, { cause });
  }
}

const chance = ['handle', 'packets', 'bytes', 'expires', 'index'];

function withoutChance(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutChance);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !chance.includes(key))
      .map(([key, member]) => [key, withoutChance(member as Json)]),
  );
}

function without(lines: Footprint, others: Footprint): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
}

function field(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as { readonly [name: string]: Json })[key];
}

function text(value: Json | undefined, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

function list(value: Json | undefined, key: string): readonly Json[] {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}

function record(value: Json | undefined, key: string): Json | undefined {
  const found = field(value, key);
  return typeof found === 'object' && found !== null ? found : undefined;
}
