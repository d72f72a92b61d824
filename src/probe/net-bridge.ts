// net.bridge: a Linux bridge, its ports and what it has learned.

import * as v from 'valibot';
import { ifaceName, netns, on } from './args.ts';
import { ipv4Addresses, isUp, kindOf, links, renderAddress } from './links.ts';
import { bridgeJson, netView } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const netBridge = defineProbe({
  name: 'net.bridge',
  summary: 'Is there a bridge of this name, which interfaces are its ports, which addresses has it?',
  runs: ['ip [-n NETNS] -j -d link', 'ip [-n NETNS] -j -4 addr', 'bridge [-n NETNS] -j fdb'],
  take: 'members',
  args: v.strictObject({ on, netns, name: ifaceName('Name of the bridge, for example `br0`.') }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have',
    exists: 'there is an interface of this name and it is a bridge',
    kind: 'kind of the interface of this name: `bridge`, `veth` …; empty when there is none or it is hardware',
    up: 'the bridge is set up',
    members: 'names of its ports, sorted',
    members_up: 'names of those ports that are set up, sorted',
    ip: 'its first IPv4 address without prefix, or empty',
    addresses: 'its IPv4 addresses with prefix',
    mac: 'its MAC address',
    mtu: 'bytes',
    vlan_filtering: 'the bridge looks at VLAN tags',
    learned: 'number of MAC addresses that it has learned from traffic',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const found = await links(view);
    const named = found.find((link) => link.ifname === args.name);
    const bridge = named !== undefined && kindOf(named) === 'bridge' ? named : undefined;
    const ports = bridge === undefined ? [] : found.filter((link) => link.master === args.name);
    const addresses = bridge === undefined ? [] : await ipv4Addresses(view);
    const own = addresses.filter((address) => address.iface === args.name);
    const table = bridge === undefined ? [] : await bridgeJson(view, ['fdb'], fdbEntry);
    return {
      netns_exists: view.exists,
      exists: bridge !== undefined,
      kind: named === undefined ? '' : kindOf(named),
      up: bridge !== undefined && isUp(bridge),
      members: ports.map((link) => link.ifname).sort(),
      members_up: ports
        .filter(isUp)
        .map((link) => link.ifname)
        .sort(),
      ip: own[0]?.ip ?? '',
      addresses: own.map(renderAddress),
      mac: bridge?.address ?? '',
      mtu: bridge?.mtu ?? 0,
      vlan_filtering: bridge?.linkinfo.info_data.vlan_filtering === 1,
      learned: table.filter((entry) => entry.master === args.name && entry.state === '').length,
    };
  },
});

// Permanent entries are the ports' own addresses and multicast groups; a learned one has no state.
const fdbEntry = v.looseObject({ master: v.optional(v.string(), ''), state: v.optional(v.string(), '') });
