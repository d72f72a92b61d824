// What is in a room now: namespaces, links, addresses and cables of every node, for a picture of it. Judges nothing.

import * as v from 'valibot';
import type { Executor } from '../host/host.ts';
import type { Topology } from '../topology/topology.ts';
import { criContainers } from './cri-view.ts';
import { output, parseJson } from './net-view.ts';
import type { ProbeContext } from './probe.ts';

export interface RoomView {
  readonly nodes: readonly NodeView[];
}

export interface NodeView {
  readonly name: string;
  /** False when the node could not be asked; the rest is empty then. */
  readonly answers: boolean;
  /** Links of the node itself but `lo`, in the order of their indices. */
  readonly links: readonly LinkView[];
  /** Its named namespaces in the order of their names. */
  readonly namespaces: readonly NamespaceView[];
}

export interface NamespaceView {
  /** As in `ip netns list`. */
  readonly netns: string;
  /** `NAMESPACE/NAME` of the pod that lives in it, '' for none. */
  readonly pod: string;
  readonly loUp: boolean;
  /** Its links but `lo`. */
  readonly links: readonly LinkView[];
}

export interface LinkView {
  readonly name: string;
  readonly index: number;
  /** `veth`, `bridge`, `vxlan` …; '' for hardware. */
  readonly kind: string;
  readonly up: boolean;
  /** It and the other end of its cable are up. */
  readonly carrier: boolean;
  /** The bridge that it is a port of, or ''. */
  readonly master: string;
  /** IPv4 addresses with prefix. */
  readonly addresses: readonly string[];
  readonly mac: string;
  readonly mtu: number;
  /** What tells one tunnel from another (`VNI 42`), or ''. */
  readonly note: string;
  /** Index of the other end of a cable, 0 when that isn't known; where it is, its index alone doesn't tell. */
  readonly peerIndex: number;
  /** Name of the namespace on this node with the other end; '' for this one or an unknown one. */
  readonly peerNetns: string;
}

/** Asks every node once, all at a time. Never throws: a node that does not answer is shown as one. */
export async function observeRoom(context: ProbeContext): Promise<RoomView> {
  const { topology } = context;
  return { nodes: await Promise.all(topology.nodes.map(({ name }) => observeNode(context, topology, name))) };
}

async function observeNode(context: ProbeContext, { engine }: Topology, name: string): Promise<NodeView> {
  try {
    const executor = context.node(name);
    const [text, pods] = await Promise.all([
      output(executor, ['sh', '-c', script], { timeoutMs: 10_000 }),
      engine === 'kubernetes' ? podsByNetns(executor) : new Map<string, string>(),
    ]);
    return readNode(executor, name, text, pods);
  } catch {
    return { name, answers: false, links: [], namespaces: [] };
  }
}

// A line of the namespace's name above each answer; a namespace may go while we look.
const script = `ip -j netns list; echo; ip -j -d addr
for file in /run/netns/*; do
  [ -e "$file" ] || continue
  links=$(ip -n "\${file##*/}" -j -d addr 2>/dev/null) || continue
  printf '\\n%s\\n%s\\n' "\${file##*/}" "$links"
done`;

async function podsByNetns(executor: Executor): Promise<ReadonlyMap<string, string>> {
  const found = await criContainers(executor).catch(() => []);
  return new Map(found.filter(({ netns }) => netns !== '').map((one) => [one.netns, `${one.namespace}/${one.pod}`]));
}

/** The answer of `script` as a view. */
export function readNode(executor: Executor, name: string, text: string, pods: ReadonlyMap<string, string>): NodeView {
  const parse = <T>(json: string, entry: v.GenericSchema<unknown, T>) =>
    parseJson(executor, ['sh', '-c', script], json, v.array(entry));
  const [known = '', own = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  // A node that never had a named namespace prints nothing for them.
  const hasNames = !known.includes('"ifname"');
  const ids = new Map(hasNames ? parse(known, namespaceEntry).map(({ id, name }) => [id, name]) : []);
  const [links, pairs] = hasNames ? [own, rest] : [known, [own, ...rest].filter((line) => line !== '')];
  const namespaces: NamespaceView[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const netns = pairs[at] ?? '';
    const inside = parse(pairs[at + 1] ?? '', linkEntry);
    const lo = inside.find(({ ifname }) => ifname === 'lo');
    namespaces.push({
      netns,
      pod: pods.get(netns) ?? '',
      loUp: lo?.flags.includes('UP') ?? false,
      links: inside.filter(({ ifname }) => ifname !== 'lo').map((link) => viewOf(link, new Map())),
    });
  }
  const node = parse(links, linkEntry).filter(({ ifname }) => ifname !== 'lo');
  return { name, answers: true, links: node.map((link) => viewOf(link, ids)), namespaces };
}

const namespaceEntry = v.looseObject({ name: v.string(), id: v.optional(v.number(), -1) });

const linkEntry = v.looseObject({
  ifindex: v.number(),
  ifname: v.string(),
  flags: v.array(v.string()),
  mtu: v.number(),
  address: v.optional(v.string(), ''),
  master: v.optional(v.string(), ''),
  link_index: v.optional(v.number(), 0),
  link_netnsid: v.optional(v.number()),
  linkinfo: v.optional(
    v.looseObject({
      info_kind: v.optional(v.string(), ''),
      info_data: v.optional(v.record(v.string(), v.unknown()), {}),
    }),
    {},
  ),
  addr_info: v.array(v.looseObject({ family: v.string(), local: v.optional(v.string(), ''), prefixlen: v.number() })),
});

function viewOf(link: v.InferOutput<typeof linkEntry>, ids: ReadonlyMap<number, string>): LinkView {
  const { info_kind: kind, info_data: data } = link.linkinfo;
  return {
    name: link.ifname,
    index: link.ifindex,
    kind,
    up: link.flags.includes('UP'),
    carrier: link.flags.includes('LOWER_UP'),
    master: link.master,
    addresses: link.addr_info
      .filter(({ family }) => family === 'inet')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    mac: link.address,
    mtu: link.mtu,
    note: kind === 'vxlan' ? `VNI ${data.id}` : '',
    peerIndex: kind === 'veth' ? link.link_index : 0,
    peerNetns: link.link_netnsid === undefined ? '' : (ids.get(link.link_netnsid) ?? ''),
  };
}
