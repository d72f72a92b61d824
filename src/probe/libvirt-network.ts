// libvirt.network: a network of the room as libvirt has it.

import * as v from 'valibot';
import { libvirtNames } from '../infra/names.ts';
import { networkName } from './libvirt-args.ts';
import { childOf, childrenOf, parseXml, textOf, virsh, virshNames } from './libvirt-view.ts';
import { defineProbe } from './probe.ts';

export const libvirtNetwork = defineProbe({
  name: 'libvirt.network',
  summary:
    'What does libvirt say of a network of the room: is it active, does it translate, which leases are reserved?',
  runs: ['virsh net-list --name [--all|--autostart]', 'virsh net-dumpxml NETWORK'],
  take: 'active',
  args: v.strictObject({ network: networkName }),
  returns: {
    exists: 'libvirt knows the network',
    name: 'its name in libvirt',
    active: 'it is started: its bridge is there',
    autostart: 'it is started with the host',
    mode: '`nat`, `isolated` when nothing is forwarded, or another forward mode; empty when there is none',
    bridge: 'name of its bridge on the host, or empty',
    mtu: 'bytes; 0 when it says none',
    ip: "the host's own address on it, or empty",
    prefix: 'prefix length; 0 when it has no address',
    dhcp_start: 'first address that is handed out without reservation, or empty',
    dhcp_end: 'last of them, or empty',
    reservations: 'leases that are reserved, in the order of the document: `{ name, mac, ip }`',
  },
  async observe(context, args) {
    const name =
      libvirtNames(context.topology).networks.get(args.network || firstNetwork(context.topology))?.name ?? '';
    const exists = (await virshNames(context, 'net-list', '--name', '--all')).includes(name);
    if (!exists) return { ...nothing, name };
    const isActive = (await virshNames(context, 'net-list', '--name')).includes(name);
    const isAuto = (await virshNames(context, 'net-list', '--name', '--all', '--autostart')).includes(name);
    const network = parseXml(await virsh(context, 'net-dumpxml', name), 'network');
    const ip = childOf(network, 'ip');
    const dhcp = childOf(ip, 'dhcp');
    const range = childOf(dhcp, 'range');
    return {
      exists,
      name,
      active: isActive,
      autostart: isAuto,
      mode: textOf(childOf(network, 'forward'), 'mode') || 'isolated',
      bridge: textOf(childOf(network, 'bridge'), 'name'),
      mtu: Number(textOf(childOf(network, 'mtu'), 'size')),
      ip: textOf(ip, 'address'),
      prefix: Number(textOf(ip, 'prefix')),
      dhcp_start: textOf(range, 'start'),
      dhcp_end: textOf(range, 'end'),
      reservations: childrenOf(dhcp, 'host').map((host) => ({
        name: textOf(host, 'name'),
        mac: textOf(host, 'mac'),
        ip: textOf(host, 'ip'),
      })),
    };
  },
});

const nothing = {
  ...{ exists: false, active: false, autostart: false, mode: '', bridge: '', mtu: 0, ip: '', prefix: 0 },
  ...{ dhcp_start: '', dhcp_end: '', reservations: [] },
};

function firstNetwork({ networks }: { readonly networks: readonly { readonly name: string }[] }): string {
  return networks[0]?.name ?? '';
}
