// Gives every NIC its MAC address: the fixed ones first, then computed ones around them.

import { computeMac, macFault, parseMac } from '../net/mac.ts';
import type { WrittenNic, WrittenNode } from './node-list.ts';
import type { Problems } from './problems.ts';

export function bindMacs(
  stack: string,
  nodes: readonly WrittenNode[],
  problems: Problems,
): ReadonlyMap<WrittenNic, string> {
  const nics = nodes.flatMap((node) => node.nics);
  const owners = new Map<string, WrittenNic>();
  for (const nic of nics) {
    const mac = fixedMac(nic, owners, problems);
    if (mac !== undefined) owners.set(mac, nic);
  }
  const fixed = new Map([...owners].map(([mac, nic]) => [nic, mac]));
  for (const nic of nics) {
    if (fixed.has(nic)) continue;
    owners.set(
      computeMac(stack, nic.node, nic.network.name, (mac) => owners.has(mac)),
      nic,
    );
  }
  return new Map([...owners].map(([mac, nic]) => [nic, mac]));
}

function fixedMac(
  { node, network, settings, path }: WrittenNic,
  owners: ReadonlyMap<string, WrittenNic>,
  problems: Problems,
): string | undefined {
  if (settings.mac === undefined) return undefined;
  const { mac, fault: malformed } = parseMac(settings.mac);
  const owner = mac === undefined ? undefined : owners.get(mac);
  const clash = owner === undefined ? '' : `belongs to node "${owner.node}" on "${owner.network.name}" already`;
  const fault = malformed ?? (macFault(mac) || clash);
  if (fault === '') return mac;
  const message = `node "${node}" on "${network.name}": MAC ${settings.mac} ${fault}`;
  problems.error([...path, 'mac'], message, 'Write one such as 52:54:00:12:34:56, or leave mac out.');
  return undefined;
}
