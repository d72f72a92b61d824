// What is wrong with the hosts and networks of a workshop for libvirt, beyond their form.

import { cidrOf, cidrSize, formatCidr, overlaps, parseCidr } from '../net/cidr.ts';
import type { Problems } from '../topology/problems.ts';
import type { RawLibvirt } from './libvirt-schema.ts';

/** Networks that anybody may use for himself (RFC 1918, RFC 6598). */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(cidrOf);

/** A network with room for a gateway and a node. */
const leastAddresses = 4;

export function checkLibvirt({ hosts = [], cidr: written }: RawLibvirt, seats: number, problems: Problems): void {
  for (const [n, { uri }] of hosts.entries()) {
    const before = hosts.slice(0, n).findIndex((host) => host.uri === uri);
    if (before < 0) continue;
    const message = `host ${uri} is there twice, first as libvirt.hosts[${before}]`;
    problems.error(['libvirt', 'hosts', n, 'uri'], message, 'Remove one of the two.');
  }
  if (written === undefined) return;
  const path = ['libvirt', 'cidr'];
  const { cidr, fault } = parseCidr(written);
  if (fault !== undefined) {
    const wanted = fault.reason === 'host-bits' ? fault.canonical : 'an IPv4 network such as 10.200.0.0/14';
    problems.error(path, `libvirt.cidr: ${written} ${fault.detail}`, `Write ${wanted}.`);
    return;
  }
  if (!privateRanges.some((range) => range.prefix <= cidr.prefix && overlaps(range, cidr))) {
    const hint = 'Write a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.';
    problems.error(path, `libvirt.cidr: ${formatCidr(cidr)} is not a private network`, hint);
  } else if (cidrSize(cidr) < seats * leastAddresses) {
    const message = `libvirt.cidr: ${formatCidr(cidr)} has ${cidrSize(cidr)} addresses for ${seats} seats`;
    problems.error(path, message, 'Write a larger network; two networks of 256 addresses for each seat are usual.');
  }
}
