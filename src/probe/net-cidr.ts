// net.cidr: the arithmetic of a network; asks no node.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import {
  allocatableCount,
  type Cidr,
  cidrSize,
  containsAddress,
  formatCidr,
  lastAddress,
  parseCidr,
} from '../net/cidr.ts';
import { formatIp, parseIp } from '../net/ipv4.ts';
import type { Topology } from '../topology/topology.ts';
import { ipv4 } from './args.ts';
import { defineProbe } from './probe.ts';

export const netCidr = defineProbe({
  name: 'net.cidr',
  summary: 'Where does a network begin and end, how large is it, and is an address in it?',
  runs: [],
  take: 'size',
  args: v.pipe(
    v.strictObject({
      cidr: v.optional(v.pipe(v.string(), v.description('A network such as `10.96.0.0/12`.'))),
      of: v.optional(
        v.pipe(
          v.string(),
          v.description('In place of `cidr`: `podSubnet`, `serviceSubnet`, or the name of a network of the stack.'),
        ),
      ),
      ip: v.optional(ipv4('Address for `contains`.')),
    }),
    v.check((args) => (args.cidr === undefined) !== (args.of === undefined), 'expected either `cidr` or `of`'),
  ),
  returns: {
    cidr: 'the network in canonical form',
    network: 'its first address, the network address',
    broadcast: 'its last address; for /31 and /32 just that, they have no broadcast address',
    first: 'the first address that a host can have',
    last: 'the last address that a host can have',
    size: 'number of addresses',
    usable:
      'number of addresses that hosts can have: two fewer than `size`, but 2 for a /31 (RFC 3021) and 1 for a /32',
    allocatable: 'number of ClusterIPs that Kubernetes can hand out from it: never the first, never the last address',
    prefix: 'prefix length, 0 to 32',
    netmask: 'in dotted form',
    contains: '`ip` lies in it; false without `ip`',
  },
  async observe(context, args) {
    const cidr = networkOf(context.topology, args);
    const ip = args.ip === undefined ? undefined : parseIp(args.ip);
    const hasHostsOnly = cidr.prefix >= 31;
    const edge = hasHostsOnly ? 0 : 1;
    return {
      cidr: formatCidr(cidr),
      network: formatIp(cidr.base),
      broadcast: formatIp(lastAddress(cidr)),
      first: formatIp(cidr.base + edge),
      last: formatIp(lastAddress(cidr) - edge),
      size: cidrSize(cidr),
      usable: cidrSize(cidr) - 2 * edge,
      allocatable: allocatableCount(cidr),
      prefix: cidr.prefix,
      netmask: formatIp(2 ** 32 - cidrSize(cidr)),
      contains: ip !== undefined && containsAddress(cidr, ip),
    };
  },
});

function networkOf(topology: Topology, args: { cidr?: string | undefined; of?: string | undefined }): Cidr {
  const text = args.cidr ?? named(topology, args.of ?? '');
  const { cidr, fault } = parseCidr(text);
  if (cidr !== undefined) return cidr;
  const hint = fault.canonical === '' ? '' : `Write ${fault.canonical}`;
  throw new LabError('PROBE_FAILED', `net.cidr: "${text}" ${fault.detail}`, { hint });
}

function named(topology: Topology, of: string): string {
  if (of === 'podSubnet' || of === 'serviceSubnet') return topology.kubernetes[of];
  const network = topology.networks.find(({ name }) => name === of);
  if (network !== undefined) return network.cidr;
  const names = ['podSubnet', 'serviceSubnet', ...topology.networks.map(({ name }) => name)];
  throw new LabError('NOT_FOUND', `net.cidr: stack "${topology.stack}" has no network "${of}"`, {
    hint: `Use one of: ${names.join(', ')}`,
  });
}
