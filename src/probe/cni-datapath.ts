// cni.datapath: by which way packets of pods leave a node for the pods of every other node.

import * as v from 'valibot';
import { overlaps, parseCidr } from '../net/cidr.ts';
import { on } from './args.ts';
import { criContainers } from './cri-view.ts';
import { kindOf, type Link, links } from './links.ts';
import { bridgeJson, type NetView, netView } from './net-view.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { bgpProtocols, mainRoutes, type Route } from './route-table.ts';

export const cniDatapath = defineProbe({
  name: 'cni.datapath',
  summary: 'How do packets of pods get from this node to the pods of the others: tunnel, plain routes, BGP?',
  runs: [
    'GET /api/v1/nodes',
    'ip -j -d link',
    'ip -j -d -4 route',
    'bridge -j fdb show dev DEVICE (of a tunnel)',
    'ip -n NETNS -j -d link (of one pod)',
  ],
  take: 'kind',
  args: v.strictObject({ on }),
  returns: {
    kind: 'vxlan, ipip, host-gw (routes made by hand or by an agent), bgp (routes that a BGP speaker made), fastdp and sleeve (Weave); mixed when the ways differ; empty when no packet would arrive',
    overlay: 'packets travel inside other packets',
    device: 'interface by which they leave; of several, that of the first other node; empty when there is none',
    mtu: 'MTU of that interface in bytes; 0 when there is none',
    routes: 'for each route to pods of another node: node, dst, via, dev, proto, kind',
    peers: 'names of the other nodes to which a route leads, sorted',
    missing: 'names of the other nodes to which none leads',
    tunnel: 'the tunnel device: name, kind, id (VNI), local (address), dstport, learning, mtu; empty without one',
    fdb: 'for each entry of the forwarding table of a VXLAN device: mac, dst (tunnel end), node (whose address that is, or empty)',
    pod_bridge: 'bridge of which the veths of pods are ports; empty when pods are routed one by one, or there are none',
    pod_routes: 'number of routes to single pods of this node (/32), as Calico makes them',
    pod_mtu: 'MTU of eth0 in a pod of this node; 0 when there is none',
  },
  async observe(context, { on }) {
    const view = await netView(context, { on, netns: '' });
    const [nodes, found, table] = await Promise.all([nodesOf(context), links(view), mainRoutes(view)]);
    const others = nodes.filter(({ name }) => name !== view.executor.name);
    const routes = weaveRoutes(found, others) ?? routesTo(others, found, table);
    const kinds = new Set(routes.map(({ kind }) => kind));
    const device = found.find(({ ifname }) => ifname === routes[0]?.dev);
    const tunnel = device !== undefined && tunnelKinds.includes(kindOf(device)) ? device : undefined;
    const peers = new Set(routes.map(({ node }) => node));
    const kind = kinds.size > 1 ? 'mixed' : (routes[0]?.kind ?? '');
    return {
      kind,
      overlay: routes.some((route) => overlayKinds.includes(route.kind)),
      device: device?.ifname ?? '',
      mtu: device?.mtu ?? 0,
      routes,
      peers: [...peers].sort(),
      missing: others.map(({ name }) => name).filter((name) => !peers.has(name)),
      tunnel: tunnel === undefined ? {} : describeTunnel(tunnel),
      fdb: tunnel !== undefined && kindOf(tunnel) === 'vxlan' ? await fdbOf(view, tunnel.ifname, nodes) : [],
      ...(await podSide(view, found, table)),
    };
  },
});

interface NodePlace {
  readonly name: string;
  /** Its share of the pod addresses; '' where the CNI hands out blocks of its own. */
  readonly block: string;
  readonly addresses: readonly string[];
}

async function nodesOf({ topology, cluster }: ProbeContext): Promise<NodePlace[]> {
  const { items } = await (await cluster()).core.listNode();
  return items
    .map(({ metadata, spec, status }) => {
      const name = metadata?.name ?? '';
      const own = topology.nodes.find((node) => node.name === name)?.nics.map(({ ip }) => ip) ?? [];
      const addresses = [...own, ...(status?.addresses ?? []).map(({ address }) => address)];
      return { name, block: spec?.podCIDR ?? '', addresses: [...new Set(addresses)] };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const tunnelKinds: readonly string[] = ['vxlan', 'ipip', 'geneve', 'gre', 'wireguard'];
const overlayKinds: readonly string[] = [...tunnelKinds, 'fastdp', 'sleeve'];

function routesTo(others: readonly NodePlace[], found: readonly Link[], table: readonly Route[]) {
  const kindOfDevice = new Map(found.map((link) => [link.ifname, kindOf(link)]));
  // What the kernel made itself leads to what is connected here.
  const candidates = table.filter(
    ({ type, protocol, dst }) => type === 'unicast' && protocol !== 'kernel' && dst !== 'default',
  );
  return others.flatMap((node) =>
    candidates
      .filter((route) => leadsTo(node, route))
      .map((route) => {
        const device = kindOfDevice.get(route.dev) ?? '';
        const plain = bgpProtocols.includes(route.protocol) ? 'bgp' : 'host-gw';
        const kind = tunnelKinds.includes(device) ? device : plain;
        return { node: node.name, dst: route.dst, via: route.gateway, dev: route.dev, proto: route.protocol, kind };
      }),
  );
}

function leadsTo({ block, addresses }: NodePlace, { dst, gateway }: Route): boolean {
  const [own, target] = [parseCidr(block).cidr, parseCidr(dst.includes('/') ? dst : `${dst}/32`).cidr];
  if (target === undefined) return false;
  return own !== undefined ? overlaps(own, target) : addresses.includes(gateway);
}

/** Weave makes one network of all nodes: no routes, but a bridge and behind it a datapath of its own. */
function weaveRoutes(found: readonly Link[], others: readonly NodePlace[]) {
  const names = found.map(({ ifname }) => ifname);
  if (!names.includes('weave')) return undefined;
  const kind = names.includes('vxlan-6784') ? 'fastdp' : 'sleeve';
  return others.map(({ name }) => ({ node: name, dst: '', via: '', dev: 'weave', proto: '', kind }));
}

const vxlanData = v.looseObject({
  id: v.optional(v.number(), 0),
  local: v.optional(v.string(), ''),
  port: v.optional(v.number(), 0),
  learning: v.optional(v.boolean(), false),
});

function describeTunnel(link: Link) {
  const { id, local, port, learning } = v.parse(vxlanData, link.linkinfo.info_data);
  return { name: link.ifname, kind: kindOf(link), id, local, dstport: port, learning, mtu: link.mtu };
}

const fdbEntry = v.looseObject({ mac: v.string(), dst: v.optional(v.string(), '') });

async function fdbOf(view: NetView, device: string, nodes: readonly NodePlace[]) {
  const entries = await bridgeJson(view, ['fdb', 'show', 'dev', device], fdbEntry);
  return entries
    .filter(({ dst }) => dst !== '')
    .map(({ mac, dst }) => ({ mac, dst, node: nodes.find(({ addresses }) => addresses.includes(dst))?.name ?? '' }));
}

async function podSide(view: NetView, found: readonly Link[], table: readonly Route[]) {
  const sandboxes = (await criContainers(view.executor)).filter(
    ({ kind, netns }) => kind === 'sandbox' && netns !== '',
  );
  const first = sandboxes[0]?.netns;
  const inside = first === undefined ? [] : await links({ ...view, netns: first });
  const eth0 = inside.find(({ ifname }) => ifname === 'eth0');
  const outer = found.find((link) => kindOf(link) === 'veth' && link.ifindex === eth0?.link_index);
  const isVeth = (dev: string) => found.some((link) => link.ifname === dev && kindOf(link) === 'veth');
  return {
    pod_bridge: outer?.master ?? '',
    pod_routes: table.filter(
      ({ dst, dev, gateway }) => !dst.includes('/') && dst !== 'default' && gateway === '' && isVeth(dev),
    ).length,
    pod_mtu: eth0?.mtu ?? 0,
  };
}
