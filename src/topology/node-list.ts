// Both spellings of podlab:nodes as one list, with every NIC joined to its network.

import { minikubeNodeName } from './minikube-names.ts';
import { nearest } from './nearest.ts';
import type { Path, Problems } from './problems.ts';
import type { RawNic, RawNode, RawNodeSettings, RawStack } from './raw-stack.ts';
import type { NetworkDraft } from './resolve-networks.ts';

export interface WrittenNode {
  /** `#3` stands in for the name of the third node when it has none, which was reported. */
  readonly name: string;
  readonly isNamed: boolean;
  /** From 1, in the order of the file. */
  readonly index: number;
  readonly path: Path;
  /** Where the name is written. */
  readonly namePath: Path;
  readonly nics: readonly WrittenNic[];
  readonly cpus: number | undefined;
  readonly memory: string | undefined;
  readonly rack: string;
}

export interface WrittenNic {
  readonly node: string;
  readonly network: NetworkDraft;
  readonly settings: RawNic;
  readonly path: Path;
}

const base: Path = ['config', 'podlab:nodes'];
const defaultNodes: readonly RawNode[] = [{ name: 'node1' }, { name: 'node2' }];

export function nodeList(
  raw: RawStack,
  stack: string,
  networks: readonly NetworkDraft[],
  problems: Problems,
): readonly WrittenNode[] {
  const isMinikube = raw.settings['podlab:driver'] === 'minikube';
  const written = raw.settings['podlab:nodes'] ?? (isMinikube ? { count: 1 } : defaultNodes);
  if ('count' in written) {
    const { count = 0, prefix } = written;
    const equal = equalNics(written, problems);
    const nicsOf = (node: string) => joinNetworks(node, equal, base, networks, problems);
    return Array.from({ length: count }, (_, n) => {
      const isNamedByMinikube = isMinikube && prefix === undefined;
      const name = isNamedByMinikube ? minikubeNodeName(stack, n) : `${prefix ?? 'node'}${n + 1}`;
      const namePath = [...base, 'prefix'];
      const { cpus, memory } = written;
      return { name, isNamed: true, index: n + 1, path: base, namePath, nics: nicsOf(name), cpus, memory, rack: '' };
    });
  }
  return (written as readonly (RawNode | undefined)[]).flatMap((node, n) => {
    if (node === undefined) return [];
    const path = [...base, n];
    const name = node.name ?? `#${n + 1}`;
    const nics = raw.isLeftOut([...path, 'networks']) ? [] : joinNetworks(name, node, path, networks, problems);
    const namePath = [...path, 'name'];
    const { cpus, memory, rack = '' } = node;
    return [{ name, isNamed: node.name !== undefined, index: n + 1, path, namePath, nics, cpus, memory, rack }];
  });
}

function joinNetworks(
  node: string,
  settings: RawNodeSettings,
  path: Path,
  networks: readonly NetworkDraft[],
  problems: Problems,
): readonly WrittenNic[] {
  const here = [...path, 'networks'];
  const names = networks.map(({ name }) => name);
  const written = settings.networks ?? names;
  if (written.length === 0) {
    problems.error(here, `node "${node}" is on no network`, `Write [${names.join(', ')}], or leave networks out.`);
  }
  const joined = new Set<string>();
  return written.flatMap((item, n) => {
    const nic = typeof item === 'string' ? { network: item } : item;
    if (nic?.network === undefined) return [];
    const at = typeof item === 'string' ? [...here, n] : [...here, n, 'network'];
    const network = networks.find(({ name }) => name === nic.network);
    if (network === undefined) {
      const meant = nearest(nic.network, names);
      const hint = meant === undefined ? `Write one of ${names.join(', ')}.` : `Write ${meant}.`;
      problems.error(at, `node "${node}" is on "${nic.network}", and there is no such network`, hint);
      return [];
    }
    if (joined.has(network.name)) {
      problems.error(at, `node "${node}" is on "${network.name}" twice`, 'Remove one of the two.');
      return [];
    }
    joined.add(network.name);
    return [{ node, network, settings: nic, path: [...here, n] }];
  });
}

/** What only one node can have is reported and left out of the short form. */
function equalNics(settings: RawNodeSettings, problems: Problems): RawNodeSettings {
  const networks = settings.networks?.map((nic, n) => {
    if (typeof nic !== 'object') return nic;
    for (const key of ['ip', 'mac'] as const) {
      if (nic[key] === undefined) continue;
      const message = `all nodes of the short form would have the ${key} ${nic[key]}`;
      problems.error([...base, 'networks', n, key], message, `Remove ${key}, or write podlab:nodes as a list.`);
    }
    const { ip, mac, ...others } = nic;
    return others;
  });
  return networks === undefined ? settings : { ...settings, networks };
}
