// Names that Linux, Kubernetes or podlab itself would refuse or confuse.

import { labelFault, labelLike } from './labels.ts';
import type { WrittenNode } from './node-list.ts';
import type { Path, Problems } from './problems.ts';
import type { NetworkDraft } from './resolve-networks.ts';
import type { NodeDraft } from './resolve-nodes.ts';
import { reservedNodeNames } from './topology.ts';

/** `each` means every node in a lab's script blocks; `localhost` is the machine itself. */
const reserved: readonly string[] = [...reservedNodeNames, 'localhost', 'each'];

export function checkNodeNames(nodes: readonly WrittenNode[], problems: Problems): void {
  const seen = new Set<string>();
  for (const { name, isNamed, namePath } of nodes) {
    if (!isNamed) continue;
    const fault = nameFault(name, seen);
    if (fault === '') seen.add(name);
    else
      problems.error(
        namePath,
        `node name "${name}" ${fault}`,
        `Write another name, such as ${suggestion(name, seen)}.`,
      );
    // All names of the short form have the same fault.
    if (fault !== '' && namePath.at(-1) === 'prefix') return;
  }
}

function nameFault(name: string, seen: ReadonlySet<string>): string {
  if (seen.has(name)) return 'is there twice';
  if (reserved.includes(name)) return 'is taken by podlab itself';
  // inet_aton(3) reads these as addresses, so `ping 1` goes to 0.0.0.1.
  if (/^(\d+|0x[0-9a-f]+)$/.test(name)) return 'reads as an address';
  return labelFault(name);
}

function suggestion(name: string, seen: ReadonlySet<string>): string {
  const label = labelLike(name, 'node');
  const candidates = [label, ...Array.from({ length: seen.size + 2 }, (_, n) => `${label}-${n + 2}`), 'node1'];
  return candidates.find((candidate) => nameFault(candidate, seen) === '') ?? 'node1';
}

/** Bridges and ports of the room share one namespace, and so do their names. */
export function checkPorts(networks: readonly NetworkDraft[], nodes: readonly NodeDraft[], problems: Problems): void {
  const owners = new Map<string, string>();
  const claim = (iface: string, owner: string, path: Path, at: 'key' | 'value') => {
    const other = owners.get(iface);
    owners.set(iface, owner);
    if (other === undefined || other === owner) return;
    const message = `the interface ${iface} would belong to both ${other} and ${owner}`;
    problems.error(path, message, 'Rename the node or the network.', at);
  };
  for (const { bridge, name, path } of networks) claim(bridge, `network "${name}"`, path, 'key');
  for (const { name, nics, path } of nodes) {
    for (const nic of nics) claim(nic.port, `node "${name}" on "${nic.network}"`, path, 'value');
  }
}
