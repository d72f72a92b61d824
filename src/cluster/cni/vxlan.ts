// vxlan: one device per node, as flannel makes it: routes to the other nodes' blocks by the device's neighbours there, whose
// hardware addresses and tunnel ends are written down instead of learned.

import { cidrOf, nthAddress } from '../../net/cidr.ts';
import { formatIp, parseIp } from '../../net/ipv4.ts';
import type { Topology } from '../../topology/topology.ts';
import { clusterAddressOf } from '../cluster-place.ts';
import { podCidrOf } from '../pod-cidr.ts';
import type { NodeCommand } from './cni-plan.ts';
import { clusterIfaceOf, peersOf } from './peers.ts';

export const vxlanDevice = 'vxlan1';
export const vxlanId = 1;
/** What Linux and flannel use; IANA's 4789 came later. */
export const vxlanPort = 8472;

export function vxlanCommands(topology: Topology, node: string): readonly NodeCommand[] {
  const local = clusterAddressOf(topology, node);
  const link = [
    ...['type', 'vxlan', 'id', `${vxlanId}`, 'dstport', `${vxlanPort}`, 'local', local],
    ...['dev', clusterIfaceOf(topology, node), 'nolearning'],
  ];
  const make = `link add ${vxlanDevice} address ${macOf(local)} mtu ${topology.cni.mtuBytes} ${link.join(' ')}`;
  const script = [
    `ip link show ${vxlanDevice} >/dev/null 2>&1 || ip ${make}`,
    `ip address replace ${ownEnd(topology, node)}/32 dev ${vxlanDevice}`,
    `ip link set ${vxlanDevice} up`,
  ].join('\n');
  return [
    { run: ['sh', '-euc', script], input: '' },
    ...peersOf(topology, node).flatMap(({ name, address, block }) => toPeer(ownEnd(topology, name), address, block)),
  ];
}

function toPeer(end: string, address: string, block: string): readonly NodeCommand[] {
  const mac = macOf(address);
  const dev = ['dev', vxlanDevice];
  return [
    {
      run: ['ip', 'neighbour', 'replace', end, 'lladdr', mac, ...dev, 'nud', 'permanent'],
      input: '',
      undo: ['ip', 'neighbour', 'del', end, ...dev],
    },
    {
      run: ['bridge', 'fdb', 'replace', mac, ...dev, 'dst', address],
      input: '',
      undo: ['bridge', 'fdb', 'del', mac, ...dev, 'dst', address],
    },
    {
      run: ['ip', 'route', 'replace', block, 'via', end, ...dev, 'onlink'],
      input: '',
      undo: ['ip', 'route', 'del', block, 'via', end, ...dev],
    },
  ];
}

/** The first address of a node's block, which no pod gets: the node's own end of the overlay. */
function ownEnd(topology: Topology, node: string): string {
  return formatIp(nthAddress(cidrOf(podCidrOf(topology, node)), 0));
}

/** A locally administered address made from the tunnel's end, so that everybody knows it without asking. */
function macOf(address: string): string {
  const bytes = [24, 16, 8, 0].map((shift) => ((parseIp(address) ?? 0) >>> shift) & 0xff);
  return `0e:50:${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}
