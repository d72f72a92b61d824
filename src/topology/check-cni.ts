// What a CNI needs of the room, and what it makes no use of.

import type { Path, Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import type { NodeDraft } from './resolve-nodes.ts';
import type { Cni, CniName, Kubernetes } from './topology.ts';

export interface CniRoom {
  readonly cni: Cni;
  readonly kubernetes: Kubernetes;
  readonly nodes: readonly NodeDraft[];
  /** The largest packet that every node takes on the network of the cluster. */
  readonly carrierMtu: number;
}

/** Bytes that a datapath puts around each packet. Weave leaves 1376 of 1500 (its manual, WEAVE_MTU). */
export const overheadBytes: Readonly<Record<string, number>> = { vxlan: 50, ipip: 20, fastdp: 124, sleeve: 124 };

const at = (...path: Path): Path => ['config', 'podlab:cni', ...path];

/** CNIs that come as a manifest. */
const published: readonly CniName[] = ['flannel', 'kube-router', 'calico', 'weave'];

/** Projects that end their work → when. */
const archived: Partial<Record<CniName, string>> = { weave: 'June 2024' };

export function checkCni(raw: RawStack, room: CniRoom, problems: Problems): void {
  checkPublished(raw, room, problems);
  checkServiceProxy(raw, room, problems);
  checkMtu(raw, room, problems);
  checkAs(raw, room, problems);
  checkNeighbours(raw, room, problems);
  checkBlocks(room, problems);
}

function checkPublished(raw: RawStack, { cni: { name } }: CniRoom, problems: Problems): void {
  const since = archived[name];
  if (since !== undefined) {
    const message = `cni ${name}: its project is archived since ${since}, and no longer gets corrections`;
    problems.warning(at('name'), message, 'Use it to compare; for anything else write flannel, kube-router or calico.');
  }
  for (const key of ['manifest', 'registry'] as const) {
    if (raw.settings['podlab:cni']?.[key] === undefined || published.includes(name)) continue;
    const message = `${key} is not used: cni ${name} comes without a manifest`;
    problems.warning(at(key), message, `Remove ${key}, or write name: ${published.join(' or ')}.`);
  }
}

function checkServiceProxy(raw: RawStack, { cni, kubernetes }: CniRoom, problems: Problems): void {
  if (cni.serviceProxy && cni.name !== 'kube-router') {
    const message = `serviceProxy: cni ${cni.name} does not do the work of kube-proxy`;
    problems.error(at('serviceProxy'), message, 'Remove serviceProxy, or write name: kube-router.');
  } else if (cni.serviceProxy && kubernetes.proxyMode !== 'none') {
    const message = `serviceProxy: kube-router and kube-proxy (${kubernetes.proxyMode}) would both do the same work`;
    problems.error(at('serviceProxy'), message, 'Write podlab:kubernetes: { proxyMode: none }.');
  } else if (kubernetes.proxyMode === 'none' && !cni.serviceProxy && raw.settings['podlab:engine'] === 'kubernetes') {
    const message = 'proxyMode: with none, and no other service proxy, ClusterIPs do not answer';
    const hint = 'Write a mode, or podlab:cni: { name: kube-router, serviceProxy: true }.';
    problems.warning(['config', 'podlab:kubernetes', 'proxyMode'], message, hint);
  }
}

function checkMtu(raw: RawStack, { cni, kubernetes, carrierMtu }: CniRoom, problems: Problems): void {
  if (raw.settings['podlab:cni']?.mtu === undefined) return;
  const overhead = overheadBytes[cni.routes] ?? 0;
  const most = carrierMtu - overhead;
  if (cni.mtuBytes <= most) return;
  const sum = overhead === 0 ? 'is' : `and the ${overhead} bytes of ${cni.routes} are`;
  const message = `mtu: ${cni.mtuBytes} ${sum} more than the ${carrierMtu} of "${kubernetes.advertise}"`;
  problems.warning(at('mtu'), message, `Write mtu: ${most} or less, or leave mtu out.`);
}

/** RFC 6996. */
const privateRanges = [
  [64_512, 65_534],
  [4_200_000_000, 4_294_967_294],
] as const;

function checkAs(raw: RawStack, { cni, nodes }: CniRoom, problems: Problems): void {
  const as = raw.settings['podlab:cni']?.as;
  if (as !== 'per-rack') warnOfRacks(nodes, problems);
  if (as === undefined) return;
  if (cni.routes !== 'bgp') {
    const hint = cni.name === 'none' ? 'Remove as.' : 'Remove as, or write routes: bgp.';
    problems.warning(at('as'), `as is not used: routes of cni ${cni.name} are not by BGP`, hint);
  } else if (typeof as === 'number') {
    if (privateRanges.some(([first, last]) => as >= first && as <= last)) return;
    const hint = `Write a number from ${privateRanges[0].join(' to ')}, or from ${privateRanges[1].join(' to ')}.`;
    problems.warning(at('as'), `as: ${as} is not an AS number for private use`, hint);
  } else if (cni.name === 'kube-router') {
    const message = `as: ${as} is not for kube-router, whose nodes are one AS`;
    problems.error(at('as'), message, 'Write a number such as 64512, or name: bridge or calico.');
  } else if (as === 'per-rack') {
    const without = nodes.filter(({ rack, path }) => rack === '' && !raw.isLeftOut([...path, 'rack']));
    for (const { name, path } of without) {
      const message = `node "${name}" has no rack, and as is per-rack`;
      problems.error(path, message, 'Add rack: NAME to every node of the list.');
    }
  }
}

function warnOfRacks(nodes: readonly NodeDraft[], problems: Problems): void {
  const [first] = nodes.filter(({ rack }) => rack !== '');
  if (first === undefined) return;
  const hint = 'Write podlab:cni: { routes: bgp, as: per-rack }, or remove rack.';
  problems.warning([...first.path, 'rack'], `rack ${first.rack} is not used, because as is not per-rack`, hint);
}

/** Plain routes name the other node as gateway, so it must be a neighbour. */
function checkNeighbours(raw: RawStack, { cni, kubernetes, nodes }: CniRoom, problems: Problems): void {
  if (cni.routes !== 'host-gw' || raw.isLeftOut(['config', 'podlab:nodes'])) return;
  const far = nodes.filter(({ nics }) => nics.every(({ network }) => network !== kubernetes.advertise));
  if (far.length === 0) return;
  const names = far.map(({ name }) => `"${name}"`).join(', ');
  const message = `host-gw needs all nodes on one network, and ${names} is not on "${kubernetes.advertise}"`;
  problems.warning(at('routes'), message, `Put all nodes on ${kubernetes.advertise}, or choose other routes.`);
}

/** Calico takes block sizes from 20 to 32 for IPv4 (its reference of IPPool). */
const shortestCalicoBlock = 20;

function checkBlocks({ cni, kubernetes: { nodePrefix } }: CniRoom, problems: Problems): void {
  if (cni.name !== 'calico' || nodePrefix >= shortestCalicoBlock) return;
  const message = `nodePrefix: calico gives nodes blocks of /${shortestCalicoBlock} to /32, not /${nodePrefix}`;
  const path = ['config', 'podlab:kubernetes', 'nodePrefix'];
  problems.error(path, message, `Write ${shortestCalicoBlock} or more.`);
}
