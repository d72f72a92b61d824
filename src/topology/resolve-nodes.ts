// The nodes of a stack file with their NICs: names, addresses, MACs and ports, all bound.

import { ifaceName } from '../net/iface-name.ts';
import { bindAddresses } from './bind-addresses.ts';
import { bindMacs } from './bind-macs.ts';
import { checkNodeNames, checkPorts } from './check-names.ts';
import { impairmentOf } from './impairment.ts';
import { nodeList, type WrittenNic, type WrittenNode } from './node-list.ts';
import type { Path, Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import type { NetworkDraft } from './resolve-networks.ts';
import type { Nic, Node } from './topology.ts';
import { parseMemoryMiB } from './units.ts';

export interface NodeDraft extends Node {
  readonly path: Path;
}

export function resolveNodes(
  raw: RawStack,
  stack: string,
  networks: readonly NetworkDraft[],
  problems: Problems,
): readonly NodeDraft[] {
  const written = nodeList(raw, stack, networks, problems);
  checkNodeNames(written, problems);
  const addresses = bindAddresses(written, firstAddress(raw), problems);
  const macs = bindMacs(stack, written, problems);
  const nodes = written.map((node) => resolveNode(node, addresses, macs, problems));
  checkPorts(networks, nodes, problems);
  return nodes;
}

function resolveNode(
  node: WrittenNode,
  addresses: ReadonlyMap<WrittenNic, string>,
  macs: ReadonlyMap<WrittenNic, string>,
  problems: Problems,
): NodeDraft {
  const memoryMiB = node.memory === undefined ? 0 : parseMemoryMiB(node.memory);
  if (node.memory !== undefined && memoryMiB < minMemoryMiB) {
    const message = `node "${node.name}": ${node.memory} of memory is too little for a shell`;
    problems.error([...node.path, 'memory'], message, `Write ${minMemoryMiB}MiB or more, or leave memory out.`);
  }
  const nics = node.nics.map((nic, n): Nic => {
    const { network, settings, path } = nic;
    const subject = `node "${node.name}" on "${network.name}"`;
    if (settings.mtu !== undefined && settings.mtu > network.mtuBytes) {
      const message = `${subject}: an MTU of ${settings.mtu} is more than the network's ${network.mtuBytes}`;
      problems.warning([...path, 'mtu'], message, `Write mtu: ${network.mtuBytes}, or raise the MTU of the network.`);
    }
    return {
      network: network.name,
      iface: `eth${n}`,
      mac: macs.get(nic) ?? '',
      ip: addresses.get(nic) ?? '',
      prefix: network.range?.prefix ?? 0,
      mtuBytes: settings.mtu ?? network.mtuBytes,
      port: ifaceName(node.name, network.name),
      impairment: impairmentOf(subject, settings, network.written, path, problems),
    };
  });
  const upstream = node.nics.find(({ network }) => network.mode === 'nat');
  return {
    path: node.path,
    name: node.name,
    nics,
    defaultGateway: upstream?.network.gateway ?? '',
    cpus: node.cpus ?? 0,
    memoryMiB,
    rack: node.rack,
  };
}

/** Docker gives the nodes of minikube the addresses after the gateway's; .2 to .10 are else free for what a lab adds. */
function firstAddress({ settings }: RawStack): number {
  return settings['podlab:driver'] === 'minikube' && settings['podlab:minikube']?.driver === 'docker' ? 2 : 11;
}

const minMemoryMiB = 16;
