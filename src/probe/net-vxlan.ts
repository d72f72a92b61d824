// net.vxlan: a tunnel device and its parameters.

import * as v from 'valibot';
import { ifaceName, netns, on } from './args.ts';
import { ipv4Addresses, isUp, kindOf, links, renderAddress } from './links.ts';
import { netView } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const netVxlan = defineProbe({
  name: 'net.vxlan',
  summary: 'Is there a VXLAN device of this name, with which id, ends, port and MTU?',
  runs: ['ip [-n NETNS] -j -d link', 'ip [-n NETNS] -j -4 addr'],
  take: 'id',
  args: v.strictObject({ on, netns, name: ifaceName('Name of the device, for example `vxlan0`.') }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have',
    exists: 'there is an interface of this name and it is a VXLAN device',
    kind: 'kind of the interface of this name; empty when there is none',
    up: 'it is set up',
    id: 'VXLAN network identifier (VNI); 0 when there is no device',
    local: 'source address of the tunnel, or empty',
    remote: 'the one other end, or empty when entries of `net.fdb` say where to send',
    group: 'multicast group in place of `remote`, or empty',
    dstport: 'UDP port; 4789 is the standard one, Linux uses 8472 if none is given',
    dev: 'interface below the tunnel, or empty',
    learning: 'it learns the other ends from traffic',
    mtu: 'bytes; 50 less than the interface below it, for the headers',
    mac: 'its MAC address',
    master: 'the bridge it is a port of, or empty',
    addresses: 'its IPv4 addresses with prefix',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const named = (await links(view)).find((link) => link.ifname === args.name);
    const device = named !== undefined && kindOf(named) === 'vxlan' ? named : undefined;
    const data = v.parse(vxlanData, device?.linkinfo.info_data ?? {});
    const addresses = device === undefined ? [] : await ipv4Addresses(view);
    return {
      netns_exists: view.exists,
      exists: device !== undefined,
      kind: named === undefined ? '' : kindOf(named),
      up: device !== undefined && isUp(device),
      id: data.id,
      local: data.local,
      remote: data.remote,
      group: data.group,
      dstport: data.port,
      dev: data.link,
      learning: data.learning,
      mtu: device?.mtu ?? 0,
      mac: device?.address ?? '',
      master: device?.master ?? '',
      addresses: addresses.filter((address) => address.iface === args.name).map(renderAddress),
    };
  },
});

const vxlanData = v.looseObject({
  id: v.optional(v.number(), 0),
  local: v.optional(v.string(), ''),
  remote: v.optional(v.string(), ''),
  group: v.optional(v.string(), ''),
  port: v.optional(v.number(), 0),
  link: v.optional(v.string(), ''),
  learning: v.optional(v.boolean(), false),
});
