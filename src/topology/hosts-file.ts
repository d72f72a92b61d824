// The /etc/hosts that all nodes of a room share.

import type { Topology } from './topology.ts';

/**
 * A node's plain name is its address on its first network; `node1.isolated` names the one on a given network.
 *
 * @param hasOutside whether the room has the host that stands for the internet
 */
export function renderHosts(topology: Topology, hasOutside = true): string {
  const lines = [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...topology.networks.map(({ name, gateway }, index) => entry(gateway, index === 0, 'gateway', name)),
    ...topology.nodes.flatMap((node) =>
      node.nics.map(({ ip, network }, index) => entry(ip, index === 0, node.name, network)),
    ),
    ...(hasOutside ? [`${topology.outside.ip} outside`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function entry(ip: string, isFirst: boolean, name: string, network: string): string {
  return [ip, ...(isFirst ? [name] : []), `${name}.${network}`].join(' ');
}
