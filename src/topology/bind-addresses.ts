// Gives every NIC its IPv4 address, and refuses fixed ones that its network can't have.

import { containsAddress, formatCidr, lastAddress } from '../net/cidr.ts';
import { formatIp, looksLikeIpv6, parseIp } from '../net/ipv4.ts';
import { planAddresses } from './address-plan.ts';
import type { WrittenNic, WrittenNode } from './node-list.ts';
import type { Problems } from './problems.ts';
import type { NetworkDraft } from './resolve-networks.ts';

/** @param first what the first node's address ends in, where that fits */
export function bindAddresses(
  nodes: readonly WrittenNode[],
  first: number,
  problems: Problems,
): ReadonlyMap<WrittenNic, string> {
  const seats = nodes.flatMap(({ index, nics }) => nics.map((nic) => ({ index, nic })));
  const bound = new Map<WrittenNic, string>();
  for (const network of new Set(seats.map(({ nic }) => nic.network))) {
    const { range } = network;
    if (range === undefined || range.prefix > 30) continue;
    const owners = new Map<number, string>();
    const here = seats
      .filter(({ nic }) => nic.network === network)
      .map(({ index, nic }) => ({ index, nic, fixed: fixedAddress(nic, network, owners, problems) }));
    const plan = planAddresses(range, here, first);
    if (plan.includes(undefined)) reportTooSmall(network, here.length, problems);
    for (const [n, { nic }] of here.entries()) bound.set(nic, formatIp(plan[n] ?? 0));
  }
  return bound;
}

function fixedAddress(
  { node, settings, path }: WrittenNic,
  { name, range, gateway }: NetworkDraft,
  owners: Map<number, string>,
  problems: Problems,
): number | undefined {
  const { ip: text } = settings;
  if (text === undefined || range === undefined) return undefined;
  const at = [...path, 'ip'];
  const inside = `${formatIp(range.base + 2)} to ${formatIp(lastAddress(range) - 1)}`;
  const refuse = (fault: string, hint: string) => {
    problems.error(at, `node "${node}" on "${name}": ${text} ${fault}`, hint);
    return undefined;
  };
  const ip = parseIp(text);
  if (looksLikeIpv6(text)) return refuse('is IPv6, which is not supported yet', `Write an address from ${inside}.`);
  if (ip === undefined) return refuse('is not an IPv4 address', `Write an address from ${inside}, without a prefix.`);
  if (!containsAddress(range, ip)) return refuse(`is outside ${formatCidr(range)}`, `Write an address from ${inside}.`);
  if (ip === range.base) return refuse('is the address of the network itself', `Write an address from ${inside}.`);
  if (ip === lastAddress(range)) return refuse('is the broadcast address', `Write an address from ${inside}.`);
  if (text === gateway) return refuse('is the address of the gateway', `Write an address from ${inside}.`);
  const owner = owners.get(ip);
  if (owner !== undefined) return refuse(`belongs to node "${owner}" already`, 'Write another address, or remove it.');
  owners.set(ip, node);
  return ip;
}

function reportTooSmall({ name, path, range }: NetworkDraft, nodes: number, problems: Problems): void {
  if (range === undefined) return;
  const room = lastAddress(range) - range.base - 2;
  // Network, gateway and broadcast address besides the nodes.
  const prefix = 32 - Math.ceil(Math.log2(nodes + 3));
  const message = `network "${name}": ${formatCidr(range)} has ${room === 1 ? 'one address' : `${room} addresses`} for nodes, and ${nodes} are on it`;
  problems.error([...path, 'cidr'], message, `Write a prefix length of ${prefix} or less.`);
}
