// The networks of a room: NAT networks, which have a way out, and isolated ones, which have none; and who has which address there.

import { Network } from '@pulumi/libvirt';
import { ComponentResource, type ComponentResourceOptions, type Resource } from '@pulumi/pulumi';
import type { Network as RoomNetwork, Topology } from '../topology/topology.ts';
import { dhcpRange } from '../vm/dhcp-range.ts';
import type { LibvirtNames } from './names.ts';
import { nodeLease } from './node-lease.ts';
import { replaced } from './replace-options.ts';

export interface LabNetworksArgs {
  readonly topology: Topology;
  readonly names: LibvirtNames;
  /** Which libvirt. */
  readonly uri: string;
}

export class LabNetworks extends ComponentResource {
  /** By the network's name in the topology. */
  readonly networks: ReadonlyMap<string, Network>;
  /** The reservations of each node's addresses, by its name. */
  readonly leases: ReadonlyMap<string, readonly Resource[]>;

  constructor(name: string, { topology, names, uri }: LabNetworksArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabNetworks', name, {}, options);
    this.networks = new Map(
      topology.networks.map((network) => [
        network.name,
        new Network(network.name, networkArgs(network, names), { parent: this, ...replaced }),
      ]),
    );
    const leasesOf = ({ name: node, nics }: Topology['nodes'][number]) =>
      nics.flatMap((nic) => {
        const network = this.networks.get(nic.network);
        const networkName = names.networks.get(nic.network)?.name ?? '';
        return network === undefined ? [] : [nodeLease({ uri, network, networkName, node, nic }, { parent: this })];
      });
    this.leases = new Map(topology.nodes.map((node) => [node.name, leasesOf(node)]));
    this.registerOutputs({ names: [...this.networks.values()].map((network) => network.name) });
  }
}

function networkArgs(network: RoomNetwork, names: LibvirtNames) {
  const { name, bridge } = names.networks.get(network.name) ?? { name: '', bridge: '' };
  const isNat = network.mode === 'nat';
  return {
    name,
    // A room comes back when somebody wants it, not when libvirt starts.
    autostart: false,
    bridge: { name: bridge, stp: 'off' },
    // The ports are libvirt's own; left out, they would come back as a difference.
    ...(isNat ? { forward: { mode: 'nat', nat: { ports: [{ start: 1024, end: 65_535 }] } } } : {}),
    mtu: { size: network.mtuBytes },
    dns: { enable: isNat ? 'yes' : 'no' },
    ips: [
      {
        address: network.gateway,
        prefix: Number(network.cidr.slice(network.cidr.indexOf('/') + 1)),
        dhcp: { ranges: [{ ...dhcpRange(network.cidr) }] },
      },
    ],
  };
}
