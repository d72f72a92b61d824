// net.addr: the addresses of an interface, and which interface has an address.

import * as v from 'valibot';
import { ifaceName, ipv4, netns, on, pod } from './args.ts';
import { type IfaceAddress, ipv4Addresses, isUp, kindOf, links, renderAddress } from './links.ts';
import { netView } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const netAddr = defineProbe({
  name: 'net.addr',
  summary: 'Which IPv4 and MAC address has an interface, is it up, and which interface has an address?',
  runs: ['ip [-n NETNS] -j -d link', 'ip [-n NETNS] -j -4 addr'],
  take: 'ip',
  args: v.strictObject({
    on,
    netns,
    pod,
    iface: v.optional(ifaceName('Interface to look at; if absent, the one that has `ip`.')),
    ip: v.optional(ipv4('Address to look for, without prefix.')),
  }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have, or `pod` one that does not run',
    exists: 'the interface exists (`iface`), or some interface has the address (`ip`)',
    iface: 'name of the interface that the following fields describe, or empty',
    ip: 'its first IPv4 address without prefix (or the one asked for), or empty',
    prefix: 'prefix length of that address; 0 when there is none',
    addresses: 'its IPv4 addresses with prefix; without `iface` and `ip`, those of all interfaces but `lo`',
    mac: 'its MAC address, or empty',
    mtu: 'bytes; 0 when there is no interface',
    up: 'it is set up',
    carrier: 'it and the other end of its cable are set up',
    operstate: "the kernel's word for both: UP, DOWN, LOWERLAYERDOWN, UNKNOWN (`lo`); empty when there is no interface",
    kind: 'veth, bridge, vxlan …; empty for hardware and `lo`',
    master: 'the bridge it is a port of, or empty',
    owner: 'name of the interface that has the address `ip`, or empty',
    interfaces: 'names of all interfaces but `lo`, in the order of their indices',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const [found, addresses] = await Promise.all([links(view), ipv4Addresses(view)]);
    const owner = addresses.find((address) => address.ip === args.ip)?.iface ?? '';
    const link = found.find(({ ifname }) => ifname === (args.iface ?? owner));
    const ofLink = addresses.filter((address) => address.iface === link?.ifname);
    const first: IfaceAddress | undefined = ofLink.find((address) => address.ip === args.ip) ?? ofLink[0];
    const asksForAll = args.iface === undefined && args.ip === undefined;
    const listed = asksForAll ? addresses.filter((address) => address.iface !== 'lo') : ofLink;
    return {
      netns_exists: view.exists,
      exists: asksForAll ? listed.length > 0 : link !== undefined,
      iface: link?.ifname ?? '',
      ip: first?.ip ?? '',
      prefix: first?.prefix ?? 0,
      addresses: listed.map(renderAddress),
      mac: link?.address ?? '',
      mtu: link?.mtu ?? 0,
      up: link !== undefined && isUp(link),
      carrier: link?.flags.includes('LOWER_UP') ?? false,
      operstate: link?.operstate ?? '',
      kind: link === undefined ? '' : kindOf(link),
      master: link?.master ?? '',
      owner,
      interfaces: found.map(({ ifname }) => ifname).filter((name) => name !== 'lo'),
    };
  },
});
