// net.veths: the virtual cables that end in a namespace, and where each other end is.

import * as v from 'valibot';
import { netns, netnsName, on, pod, podName } from './args.ts';
import { criCommand, criContainers } from './cri-view.ts';
import { isUp, kindOf, type Link, links } from './links.ts';
import { ipJson, type NetView, namespaces, netView } from './net-view.ts';
import { splitName } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';

/** `netns`: in another namespace. `local`: in the same one. `host`: in the node's own, seen from a named one. */
const peerKinds = ['any', 'netns', 'local', 'host'] as const;

export const netVeths = defineProbe({
  name: 'net.veths',
  summary: 'Which veths end here, and where is the other end of each?',
  runs: [
    'ip [-n NETNS] -j -d link',
    'ip [-n NETNS] -j netns list-id',
    'ip -j netns list',
    'ip -n PEER -j -d link',
    `${criCommand} (in a room with a cluster)`,
  ],
  take: 'count',
  args: v.strictObject({
    on,
    netns,
    pod,
    peer: v.optional(
      v.pipe(
        v.picklist(peerKinds),
        v.description('Count only veths whose other end is there: `netns`, `local`, `host`; `any` if absent.'),
      ),
      'any',
    ),
    peer_netns: v.optional(netnsName('Count only veths whose other end is in this named namespace.')),
    peer_pod: v.optional(
      v.pipe(podName, v.description('Count only veths whose other end is in this pod, written as for `pod`.')),
    ),
  }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have, or `pod` one that does not run',
    count: 'number of veths that match; the cables that podlab itself laid to the node never count',
    names: 'their names, in the order of their indices',
    first: 'the first of `names`, or empty',
    pairs:
      'for each: name, ifindex, up, master (bridge), peer_kind (netns, local, host), peer_ifindex, peer (name) and peer_netns (both empty when the namespace has no name on this node), pod and namespace (whose network namespace the other end is in; empty when it is no pod)',
    pods: 'the pods at the other ends, as NAMESPACE/NAME, sorted',
    uplinks: 'names of the cables that podlab laid, which are not counted',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const veths = (await links(view)).filter((link) => kindOf(link) === 'veth');
    const laid = cablesOfTheRoom(context, view);
    const isUplink = (link: Link) => laid.has(link.ifname) && link.link_netnsid !== undefined;
    const ends = await pairUp(
      view,
      veths.filter((link) => !isUplink(link)),
    );
    const podOf = await podsByNetns(context, view, ends.length > 0);
    const pairs = ends
      .map((pair) => ({ ...pair, ...(podOf.get(pair.peer_netns) ?? noPod) }))
      .filter(
        (pair) =>
          (args.peer === 'any' || pair.peer_kind === args.peer) &&
          (args.peer_netns === undefined || pair.peer_netns === args.peer_netns) &&
          (args.peer_pod === undefined || isPod(pair, args.peer_pod)),
      );
    const names = pairs.map((pair) => pair.name);
    return {
      netns_exists: view.exists,
      count: pairs.length,
      names,
      first: names[0] ?? '',
      pairs,
      pods: [...new Set(pairs.filter((pair) => pair.pod !== '').map((pair) => `${pair.namespace}/${pair.pod}`))].sort(),
      uplinks: veths.filter(isUplink).map((link) => link.ifname),
    };
  },
});

const noPod = { pod: '', namespace: '' };

/** Pod by the name of its network namespace; none in a room without a cluster, or where no containerd runs. */
async function podsByNetns(
  context: ProbeContext,
  { executor }: NetView,
  wanted: boolean,
): Promise<ReadonlyMap<string, typeof noPod>> {
  const isNode = context.topology.nodes.some(({ name }) => name === executor.name);
  if (!wanted || !isNode || context.topology.engine !== 'kubernetes') return new Map();
  const named = (await criContainers(executor)).filter(({ netns }) => netns !== '');
  return new Map(named.map(({ netns, pod, namespace }) => [netns, { pod, namespace }]));
}

function isPod(pair: typeof noPod, reference: string): boolean {
  const { namespace, name } = splitName(reference);
  const isNamed = name.endsWith('*') ? pair.pod.startsWith(name.slice(0, -1)) : pair.pod === name;
  return pair.pod !== '' && pair.namespace === namespace && isNamed;
}

/** On a node its NICs are veths too, and on the gateway so are the ports of all nodes. */
function cablesOfTheRoom(context: ProbeContext, view: NetView): ReadonlySet<string> {
  if (view.netns !== '') return new Set();
  const asked = view.executor.name;
  const nodes = context.topology.nodes;
  const own = nodes.filter((node) => node.name === asked).flatMap((node) => node.nics.map((nic) => nic.iface));
  const ports = asked === 'gateway' ? nodes.flatMap((node) => node.nics.map((nic) => nic.port)) : [];
  return new Set([...own, ...ports]);
}

async function pairUp(view: NetView, veths: readonly Link[]) {
  const isAway = (veth: Link) => veth.link_netnsid !== undefined;
  const named = veths.some(isAway) ? await numberedNamespaces(view) : new Map<number, string>();
  const node: NetView = { ...view, netns: '' };
  const here = await linksByIndex(view, veths.length > 0);
  const onNode = await linksByIndex(node, view.netns !== '' && veths.some(isAway));
  const numberOnNode = onNode.size > 0 ? await numberOf(node, view.netns) : undefined;
  const inPeers = new Map<string, ReadonlyMap<number, Link>>();
  for (const veth of veths.filter(isAway)) {
    const peerNetns = named.get(veth.link_netnsid ?? -1);
    if (peerNetns === undefined || inPeers.has(peerNetns)) continue;
    inPeers.set(peerNetns, await linksByIndex({ ...view, netns: peerNetns }, true));
  }

  const describe = (veth: Link) => {
    if (!isAway(veth)) {
      const peer = [...here.values()].find((link) => link.ifname === veth.link);
      return { peer_kind: 'local', peer_ifindex: peer?.ifindex ?? 0, peer: veth.link ?? '', peer_netns: view.netns };
    }
    const index = veth.link_index ?? 0;
    const nodeEnd = onNode.get(index);
    // Both ends must point at each other: indices alone repeat from namespace to namespace.
    if (numberOnNode !== undefined && nodeEnd?.link_netnsid === numberOnNode && nodeEnd.link_index === veth.ifindex) {
      return { peer_kind: 'host', peer_ifindex: index, peer: nodeEnd.ifname, peer_netns: '' };
    }
    const peerNetns = named.get(veth.link_netnsid ?? -1) ?? '';
    const peer = inPeers.get(peerNetns)?.get(index)?.ifname ?? '';
    return { peer_kind: 'netns', peer_ifindex: index, peer, peer_netns: peerNetns };
  };
  return veths.map((veth) => ({
    name: veth.ifname,
    ifindex: veth.ifindex,
    up: isUp(veth),
    master: veth.master,
    ...describe(veth),
  }));
}

async function linksByIndex(view: NetView, wanted: boolean): Promise<ReadonlyMap<number, Link>> {
  return new Map((wanted ? await links(view) : []).map((link) => [link.ifindex, link]));
}

const numberEntry = v.looseObject({ nsid: v.number(), name: v.optional(v.string()) });

/** Namespace number, as the links of this view use it, to name. */
async function numberedNamespaces(view: NetView): Promise<ReadonlyMap<number, string>> {
  const entries = await ipJson(view, ['netns', 'list-id'], numberEntry);
  return new Map(entries.flatMap(({ nsid, name }) => (name === undefined ? [] : [[nsid, name] as const])));
}

async function numberOf(node: NetView, name: string): Promise<number | undefined> {
  return (await namespaces(node)).find((entry) => entry.name === name)?.id;
}
