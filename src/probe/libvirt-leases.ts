// libvirt.leases: the addresses that a network of libvirt has handed out, held against what is reserved.

import * as v from 'valibot';
import { libvirtNames } from '../infra/names.ts';
import { networkName } from './libvirt-args.ts';
import { virsh, virshNames } from './libvirt-view.ts';
import { defineProbe } from './probe.ts';

export const libvirtLeases = defineProbe({
  name: 'libvirt.leases',
  summary: 'Which addresses has a network of libvirt handed out, and are they those that the room reserves?',
  runs: ['virsh net-list --name', 'virsh net-dhcp-leases NETWORK'],
  take: 'count',
  args: v.strictObject({ network: networkName }),
  returns: {
    active: 'the network is started; without it nobody has a lease',
    name: 'its name in libvirt',
    leases: 'by address: `{ mac, ip, prefix, hostname, node }`; `node` is empty for a MAC that is not of the room',
    count: 'how many',
    as_reserved: 'nodes whose lease is the address in the room’s plan',
    different: 'nodes that have another address',
    without: 'nodes on this network that have no lease',
  },
  async observe(context, args) {
    const { topology } = context;
    const network = args.network || (topology.networks[0]?.name ?? '');
    const name = libvirtNames(topology).networks.get(network)?.name ?? '';
    const active = (await virshNames(context, 'net-list', '--name')).includes(name);
    const rows = active ? parseLeases(await virsh(context, 'net-dhcp-leases', name)) : [];
    const seats = topology.nodes.flatMap((node) =>
      node.nics.filter((nic) => nic.network === network).map(({ mac, ip }) => ({ node: node.name, mac, ip })),
    );
    const leases = rows.map((lease) => ({ ...lease, node: seats.find(({ mac }) => mac === lease.mac)?.node ?? '' }));
    const leasesOf = (mac: string) => leases.filter((lease) => lease.mac === mac);
    const namesOf = (test: (seat: (typeof seats)[number]) => boolean) => seats.filter(test).map(({ node }) => node);
    return {
      active,
      name,
      leases,
      count: leases.length,
      as_reserved: namesOf(({ mac, ip }) => leasesOf(mac).some((lease) => lease.ip === ip)),
      different: namesOf(({ mac, ip }) => leasesOf(mac).length > 0 && leasesOf(mac).every((lease) => lease.ip !== ip)),
      without: namesOf(({ mac }) => leasesOf(mac).length === 0),
    };
  },
});

export interface Lease {
  readonly mac: string;
  readonly ip: string;
  readonly prefix: number;
  /** What the machine calls itself; '' when it does not say. */
  readonly hostname: string;
}

/** virsh has no XML for leases: date, time, MAC, protocol, address/prefix, host name or `-`, client id. IPv4 only. */
export function parseLeases(table: string): Lease[] {
  const rows = table.matchAll(/^\s*\S+ \S+\s+([0-9a-f]{2}(?::[0-9a-f]{2}){5})\s+ipv4\s+([\d.]+)\/(\d+)\s+(\S+)/gim);
  const leases = [...rows].map(([, mac = '', ip = '', prefix, hostname = '']) => ({
    mac: mac.toLowerCase(),
    ip,
    prefix: Number(prefix),
    hostname: hostname === '-' ? '' : hostname,
  }));
  const key = ({ ip }: Lease) =>
    ip
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.');
  return leases.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
