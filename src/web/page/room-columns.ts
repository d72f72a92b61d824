// Puts what is on a node into columns: a namespace, the node's end of its cable, the bridge that this end is a port of.

import type { LinkView, NamespaceView } from '../../probe/room-view.ts';

export interface Column {
  readonly namespace: NamespaceView | undefined;
  readonly port: LinkView | undefined;
  readonly bridge: LinkView | undefined;
}

/** Ports of one bridge stand next to each other, so that the bridge is one bar below them. */
export function arrangeColumns(links: readonly LinkView[], namespaces: readonly NamespaceView[]): readonly Column[] {
  const bridges = links.filter(({ kind }) => kind === 'bridge');
  const ports = links.filter(({ kind }) => kind === 'veth');
  const bridgeOf = (port: LinkView | undefined) => bridges.find(({ name }) => name === port?.master);
  const used = new Set<LinkView>();
  const columns: Column[] = namespaces.flatMap((namespace): Column[] => {
    const found = ports.filter((port) => !used.has(port) && endsIn(port, namespace));
    for (const port of found) used.add(port);
    if (found.length === 0) return [{ namespace, port: undefined, bridge: undefined }];
    // A second cable of a namespace has a column without it.
    return found.map((port, n) => ({ namespace: n === 0 ? namespace : undefined, port, bridge: bridgeOf(port) }));
  });
  for (const port of ports) if (!used.has(port)) columns.push({ namespace: undefined, port, bridge: bridgeOf(port) });
  for (const bridge of bridges) {
    if (!columns.some((column) => column.bridge === bridge)) {
      columns.push({ namespace: undefined, port: undefined, bridge });
    }
  }
  const rank = ({ bridge, namespace, port }: Column) => {
    const group = bridge === undefined ? bridges.length : bridges.indexOf(bridge);
    return [group, namespace?.netns ?? '~', port?.index ?? 0] as const;
  };
  return columns.sort((a, b) => compare(rank(a), rank(b)));
}

/**
 * At most so many of the columns, in their order: one of every bridge and one that is plugged into none, then those
 * with an address, which somebody works at, then the rest.
 */
export function chooseColumns(columns: readonly Column[], most: number): readonly Column[] {
  if (columns.length <= most) return columns;
  const wanted = [...columns.filter(hasAddress), ...columns.filter((column) => !hasAddress(column))];
  const groups = Map.groupBy(wanted, ({ bridge }) => bridge?.name ?? '');
  const chosen = new Set([...[...groups.values()].flatMap(([first]) => first ?? []), ...wanted].slice(0, most));
  for (const column of wanted) if (chosen.size < most) chosen.add(column);
  return columns.filter((column) => chosen.has(column));
}

function hasAddress({ namespace }: Column): boolean {
  return namespace?.links.some(({ addresses }) => addresses.length > 0) ?? false;
}

/** Whether two links are the ends of one cable: each names the index of the other. */
export function matchCables(a: LinkView, b: LinkView): boolean {
  return a.kind === 'veth' && b.kind === 'veth' && a.peerIndex === b.index && b.peerIndex === a.index;
}

/** Indices alone may agree by chance in several namespaces; the kernel's number of the namespace decides where it is known. */
function endsIn(port: LinkView, { netns, links }: NamespaceView): boolean {
  if (port.peerNetns !== '' && port.peerNetns !== netns) return false;
  return links.some((link) => matchCables(port, link));
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
