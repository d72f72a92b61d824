// CNI `bridge`: the standard plugins on every node, and the kernel's own means between nodes.

import type { Topology } from '../../topology/topology.ts';
import { cniConfDir } from '../node-paths.ts';
import { podCidrOf } from '../pod-cidr.ts';
import { bgpFiles, birdConfig, startBird } from './bird.ts';
import type { CniPlan, NodeCommand } from './cni-plan.ts';
import { hostGwRoutes } from './host-gw.ts';
import { vxlanCommands } from './vxlan.ts';

/** The bridge on every node that its pods' veths are ports of. */
export const podBridge = 'cni0';

export function planBridge(topology: Topology): CniPlan {
  const isBgp = topology.cni.routes === 'bgp';
  return {
    filesOn: (node) =>
      new Map([
        [`${cniConfDir}/10-podlab.conflist`, conflist(topology, node)],
        ...(isBgp ? bgpFiles(topology, node) : []),
      ]),
    peerFiles: isBgp ? [birdConfig] : [],
    commandsOn: (node) => [masquerade(topology), ...betweenNodes(topology, node)],
    manifests: '',
    later: '',
    images: [],
  };
}

function betweenNodes(topology: Topology, node: string): readonly NodeCommand[] {
  switch (topology.cni.routes) {
    case 'vxlan':
      return vxlanCommands(topology, node);
    case 'bgp':
      return startBird;
    default:
      return hostGwRoutes(topology, node);
  }
}

// hairpinMode: a pod that reaches itself through its own Service comes back through the port it left by.
function conflist(topology: Topology, node: string): string {
  const plugins = [
    {
      type: 'bridge',
      bridge: podBridge,
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      mtu: topology.cni.mtuBytes,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podCidrOf(topology, node) }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ];
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'podlab', plugins }, undefined, 2)}\n`;
}

/** What pods send out of the cluster leaves with the node's address; among pods and nodes addresses stay as they are. */
function masquerade({ kubernetes, networks }: Topology): NodeCommand {
  const inside = [kubernetes.podSubnet, ...networks.map(({ cidr }) => cidr)].join(', ');
  const input = `table ip podlab {
  chain pods-out {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${kubernetes.podSubnet} ip daddr != { ${inside} } masquerade
  }
}
`;
  return { run: ['nft', '-f', '-'], input: `table ip podlab\ndelete table ip podlab\n${input}` };
}
