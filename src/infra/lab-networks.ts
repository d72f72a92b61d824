// The networks of a room: NAT networks, which have a way out, and isolated ones, which have none.

import { Network } from '@pulumi/libvirt';
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import type { Network as RoomNetwork, Topology } from '../topology/topology.ts';
import { dhcpRange } from '../vm/dhcp-range.ts';
import type { LibvirtNames } from './names.ts';
import { replaced } from './replace-options.ts';

export interface LabNetworksArgs {
  readonly topology: Topology;
  readonly names: LibvirtNames;
}

export class LabNetworks extends ComponentResource {
  /** By the network's name in the topology. */
  readonly networks: ReadonlyMap<string, Network>;

  constructor(name: string, { topology, names }: LabNetworksArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabNetworks', name, {}, options);
    this.networks = new Map(
      topology.networks.map((network) => [
        network.name,
        new Network(network.name, networkArgs(topology, network, names), { parent: this, ...replaced }),
      ]),
    );
    this.registerOutputs({ names: [...this.networks.values()].map((network) => network.name) });
  }
}

function networkArgs(topology: Topology, network: RoomNetwork, names: LibvirtNames) {
  const { name, bridge } = names.networks.get(network.name) ?? { name: '', bridge: '' };
  const isNat = network.mode === 'nat';
  const hosts = topology.nodes.flatMap((node) =>
    node.nics.filter((nic) => nic.network === network.name).map(({ mac, ip }) => ({ mac, ip, name: node.name })),
  );
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
        dhcp: { ranges: [{ ...dhcpRange(network.cidr) }], hosts },
      },
    ],
  };
}
