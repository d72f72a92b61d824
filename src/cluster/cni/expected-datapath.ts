// What a node must have for pods of other nodes to be reached by the way that the stack file names.

import type { Topology } from '../../topology/topology.ts';
import { clusterAddressOf } from '../cluster-place.ts';
import { sessionsOf } from './as-plan.ts';
import { clusterIfaceOf } from './peers.ts';
import { vxlanDevice } from './vxlan.ts';

export interface ExpectedDatapath {
  /** The device that must be there and up; '' where plain routes do. */
  readonly device: string;
  /** Interface by which packets leave for pods of other nodes. */
  readonly leavesBy: string;
  /** Who made the routes, as `ip route` says it; '' where it does not matter. */
  readonly protocol: string;
  /** Other nodes that packets are handed to directly: node → address, for plain routes. Others go through one of them. */
  readonly neighbours: ReadonlyMap<string, string>;
  /** Addresses that the forwarding table of the device must lead to. */
  readonly tunnelEnds: readonly string[];
  /** Nodes with which BIRD must have a session that podlab configured. */
  readonly birdPeers: readonly string[];
}

/** Protocols as iproute2 names them: 12 is bird in its table; 17 has no name, and is kube-router's. */
const protocols = { bird: 'bird', kubeRouter: '17' };

const tunnels: Readonly<Record<string, string>> = {
  'bridge vxlan': vxlanDevice,
  'flannel vxlan': 'flannel.1',
  'calico vxlan': 'vxlan.calico',
  'calico ipip': 'tunl0',
  'weave fastdp': 'weave',
  'weave sleeve': 'weave',
};

export function expectedDatapath(topology: Topology, node: string): ExpectedDatapath {
  const { name, routes } = topology.cni;
  const device = tunnels[`${name} ${routes}`] ?? '';
  const others = topology.nodes.map((one) => one.name).filter((one) => one !== node);
  const addressOf = (other: string) => clusterAddressOf(topology, other);
  const isPlain = device === '';
  const direct = routes === 'bgp' ? sessionsOf(topology, node).map(({ peer }) => peer) : others;
  return {
    device,
    leavesBy: isPlain ? clusterIfaceOf(topology, node) : device,
    protocol: routes !== 'bgp' ? '' : name === 'kube-router' ? protocols.kubeRouter : protocols.bird,
    neighbours: new Map(isPlain ? direct.map((other) => [other, addressOf(other)]) : []),
    tunnelEnds: routes === 'vxlan' ? others.map(addressOf) : [],
    birdPeers: name === 'bridge' && routes === 'bgp' ? direct : [],
  };
}
