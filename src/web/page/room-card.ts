// What a node's part of the picture holds, and so how large it is.

import type { LinkView, NamespaceView, NodeView } from '../../probe/room-view.ts';
import type { Network, Node, Topology } from '../../topology/topology.ts';
import {
  bridgeHeight,
  columnWidth,
  gap,
  nameHeight,
  narrowest,
  nicHeight,
  padding,
  portHeight,
} from './picture-sizes.ts';
import { arrangeColumns, type Column, chooseColumns } from './room-columns.ts';

export type PictureTopology = Pick<Topology, 'networks' | 'nodes' | 'outside'>;

export interface Card {
  readonly node: Node;
  readonly seen: NodeView | undefined;
  readonly top: readonly Nic[];
  readonly bottom: readonly Nic[];
  readonly columns: readonly Column[];
  readonly hidden: number;
  readonly tunnels: readonly LinkView[];
  readonly width: number;
  readonly height: number;
  /** Height of the row of namespaces, 0 without any. */
  readonly netnsHeight: number;
  readonly hasPorts: boolean;
  readonly hasBridges: boolean;
}

export interface Nic {
  readonly iface: string;
  readonly network: Network;
  readonly address: string;
  readonly mac: string;
  readonly up: boolean;
}

export function cardOf(topology: PictureTopology, node: Node, seen: NodeView | undefined, most: number): Card {
  const nics = node.nics.flatMap((nic): Nic[] => {
    const network = topology.networks.find(({ name }) => name === nic.network);
    const link = seen?.links.find(({ name }) => name === nic.iface);
    if (network === undefined) return [];
    const address = link === undefined ? `${nic.ip}/${nic.prefix}` : (link.addresses[0] ?? 'no address');
    return [{ iface: nic.iface, network, address, mac: nic.mac, up: link?.up ?? true }];
  });
  const own = new Set(node.nics.map(({ iface }) => iface));
  const links = seen?.links.filter(({ name }) => !own.has(name)) ?? [];
  const all = arrangeColumns(links, seen?.namespaces ?? []);
  const columns = chooseColumns(all, most);
  const tunnels = links.filter(({ kind }) => !['veth', 'bridge'].includes(kind));
  const top = nics.filter(({ network }) => network.mode === 'nat');
  const bottom = nics.filter(({ network }) => network.mode !== 'nat');
  const across = Math.max(columns.length, top.length, bottom.length, Math.min(tunnels.length, 3));
  const namespaces = columns.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]));
  const netnsHeight = namespaces.length === 0 ? 0 : Math.max(...namespaces.map(netnsHeightOf));
  const hasPorts = columns.some(({ port }) => port !== undefined);
  const hasBridges = columns.some(({ bridge }) => bridge !== undefined);
  const rows = [
    top.length > 0 ? nicHeight + 6 : 0,
    nameHeight,
    netnsHeight > 0 ? netnsHeight + 8 : 0,
    hasPorts ? gap.cable + portHeight + 14 : 0,
    hasBridges ? bridgeHeight + (hasPorts ? 0 : 8) : 0,
    tunnels.length > 0 ? bridgeHeight + 10 : 0,
    all.length > columns.length ? 20 : 0,
    bottom.length > 0 ? nicHeight + 10 : 0,
  ];
  return {
    ...{ node, seen, top, bottom, columns, tunnels, netnsHeight, hasPorts, hasBridges },
    hidden: all.length - columns.length,
    width: Math.max(narrowest, across * (columnWidth + gap.column) - gap.column + 2 * padding),
    height: rows.reduce((sum, row) => sum + row, 2 * padding),
  };
}

function netnsHeightOf({ links }: NamespaceView): number {
  return 30 + Math.max(1, links.length) * 30;
}
