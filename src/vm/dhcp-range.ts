// The addresses that a libvirt network hands out to machines that nobody has reserved one for.

import { cidrOf, lastAddress } from '../net/cidr.ts';
import { formatIp } from '../net/ipv4.ts';

/**
 * The upper half of the network, without its broadcast address: nodes are numbered from below. A reserved address in it stays
 * reserved, so that fixed addresses may lie anywhere.
 */
export function dhcpRange(cidr: string): { readonly start: string; readonly end: string } {
  const network = cidrOf(cidr);
  const last = lastAddress(network) - 1;
  const half = network.base + 2 ** (31 - network.prefix);
  return { start: formatIp(Math.min(half, last)), end: formatIp(last) };
}
