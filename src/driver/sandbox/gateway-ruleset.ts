// What the gateway forwards and translates: the meaning of `mode: nat` and `mode: isolated`.

import type { Topology } from '../../topology/topology.ts';

/** The gateway's interfaces that lead out of the room. */
const wayOut = ['outside', 'uplink'];

/**
 * An nftables script. NAT networks may open connections to the outside and get answers; nobody may open one to them, and
 * isolated networks neither leave nor are entered: what libvirt does for networks of these modes.
 */
export function gatewayRuleset({ networks }: Topology): string {
  const out = `{ ${wayOut.map((iface) => `"${iface}"`).join(', ')} }`;
  const nats = networks.filter((network) => network.mode === 'nat');
  const lines = [
    'table ip podlab {',
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '    ct state established,related accept',
    // With br_netfilter loaded, frames between two ports of one bridge pass here as well.
    ...networks.map(({ bridge }) => `    iifname "${bridge}" oifname "${bridge}" accept`),
    ...nats.map(({ bridge, cidr }) => `    iifname "${bridge}" ip saddr ${cidr} oifname ${out} accept`),
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    ...nats.map(({ cidr }) => `    ip saddr ${cidr} oifname ${out} masquerade`),
    '  }',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
