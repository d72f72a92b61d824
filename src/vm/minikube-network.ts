// The private network of minikube's driver kvm2, made before minikube does it: then it is the one of the stack file.

import { formatIp, parseIp } from '../net/ipv4.ts';
import type { Topology } from '../topology/topology.ts';
import type { NetworkNames } from './libvirt-xml.ts';
import { element, renderXml, textElement } from './xml.ts';

/**
 * minikube takes a private network that is there as it is, and draws the MAC addresses of its machines. So no lease can be
 * reserved; instead exactly the addresses of the nodes are handed out, one after the other.
 *
 * @throws RangeError for a topology without an isolated network
 */
export function minikubeNetworkXml({ networks, nodes }: Topology, { name, bridge }: NetworkNames): string {
  const network = networks.find(({ mode }) => mode === 'isolated');
  if (network === undefined) throw new RangeError('a room of minikube with kvm2 has an isolated network');
  const addresses = nodes
    .flatMap(({ nics }) => nics.filter((nic) => nic.network === network.name))
    .map(({ ip }) => parseIp(ip) ?? 0);
  const [start, end] = [Math.min(...addresses), Math.max(...addresses)].map(formatIp);
  return renderXml(
    element(
      'network',
      { 'xmlns:dnsmasq': 'http://libvirt.org/schemas/network/dnsmasq/1.0' },
      textElement('name', name),
      element('bridge', { name: bridge, stp: 'off', delay: 0 }),
      element('dns', { enable: 'no' }),
      element(
        'ip',
        { address: network.gateway, prefix: Number(network.cidr.slice(network.cidr.indexOf('/') + 1)) },
        element('dhcp', {}, element('range', { start: `${start}`, end: `${end}` })),
      ),
      // Machines boot one after the other, and get the addresses in this order.
      element('dnsmasq:options', {}, element('dnsmasq:option', { value: 'dhcp-sequential-ip' })),
    ),
  );
}
