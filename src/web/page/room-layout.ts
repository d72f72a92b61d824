// Where everything of a room's picture stands. Pure: the same room always gives the same picture.

import type { LinkView, NamespaceView, NodeView, RoomView } from '../../probe/room-view.ts';
import type { Network, Node, Topology } from '../../topology/topology.ts';
import { partKey } from './highlights.ts';
import { arrangeColumns, type Column, chooseColumns, matchCables } from './room-columns.ts';

/** A box with lines of text. `key` ties it to evidence; parts without one are never highlighted. */
export interface Shape {
  readonly kind:
    | 'rail-nat'
    | 'rail-isolated'
    | 'gateway'
    | 'outside'
    | 'node'
    | 'nic-nat'
    | 'nic-isolated'
    | 'netns'
    | 'port'
    | 'bridge'
    | 'tunnel'
    | 'more';
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly Line[];
  /** Is set up; what is down is drawn pale. */
  readonly up: boolean;
  /** What a screen reader and the pointer are told. */
  readonly title: string;
}

export interface Line {
  readonly text: string;
  readonly look: 'name' | 'mono' | 'small';
}

export interface Cable {
  readonly kind: 'nat' | 'isolated' | 'veth' | 'tunnel';
  readonly key: string;
  readonly up: boolean;
  readonly path: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  readonly cables: readonly Cable[];
}

export type PictureTopology = Pick<Topology, 'networks' | 'nodes' | 'outside'>;

const margin = 12;
const topHeight = 42;
const railHeight = 32;
const gap = { rail: 14, cable: 17, node: 18, column: 8 };
const narrowest = 212;
const columnWidth = 114;
const padding = 12;
const nicHeight = 38;
const nameHeight = 26;
const portHeight = 24;
const bridgeHeight = 36;

/** @param room undefined while nothing has been seen yet: the room as its stack file has it */
export function layOutRoom(topology: PictureTopology, room: RoomView | undefined, mostColumns: number): Picture {
  const cards = topology.nodes.map((node) => {
    const seen = room?.nodes.find(({ name }) => name === node.name);
    return cardOf(topology, node, seen, mostColumns);
  });
  const above = topology.networks.filter(({ mode }) => mode === 'nat');
  const below = topology.networks.filter(({ mode }) => mode !== 'nat');
  const cardsWidth = cards.reduce((sum, { width }) => sum + width + gap.node, -gap.node);
  const inner = Math.max(cardsWidth, 560);
  const railsTop = margin + (above.length > 0 ? topHeight + gap.cable : 0);
  const cardsTop = railsTop + above.length * (railHeight + gap.rail) + (above.length > 0 ? gap.cable - gap.rail : 0);
  const cardHeight = Math.max(...cards.map(({ height }) => height));
  const belowTop = cardsTop + cardHeight + (below.length > 0 ? gap.cable : 0);
  const railY = new Map([
    ...above.map(({ name }, n) => [name, railsTop + n * (railHeight + gap.rail)] as const),
    ...below.map(({ name }, n) => [name, belowTop + n * (railHeight + gap.rail)] as const),
  ]);
  const shapes: Shape[] = [];
  const cables: Cable[] = [];
  if (above.length > 0) drawWayOut(topology, above, railY, inner, shapes, cables);
  for (const network of topology.networks) shapes.push(railOf(network, railY.get(network.name) ?? 0, inner));
  let x = margin + Math.round((inner - cardsWidth) / 2);
  const tunnels = new Map<string, Shape[]>();
  for (const card of cards) {
    drawCard(card, { x, y: cardsTop, height: cardHeight, railY }, shapes, cables, tunnels);
    x += card.width + gap.node;
  }
  // Ends of one tunnel on several nodes: a line between neighbours.
  for (const [note, ends] of tunnels) {
    for (const [index, end] of ends.slice(1).entries()) {
      const before = ends[index];
      if (before === undefined || note === '') continue;
      const y = end.y + end.height / 2;
      cables.push({
        kind: 'tunnel',
        key: '',
        up: before.up && end.up,
        path: `M${before.x + before.width} ${y}H${end.x}`,
      });
    }
  }
  const height = belowTop + below.length * (railHeight + gap.rail) - (below.length > 0 ? gap.rail : 0) + margin;
  return { width: inner + 2 * margin, height, shapes, cables };
}

interface Card {
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

interface Nic {
  readonly iface: string;
  readonly network: Network;
  readonly address: string;
  readonly mac: string;
  readonly up: boolean;
}

function cardOf(topology: PictureTopology, node: Node, seen: NodeView | undefined, most: number): Card {
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

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly railY: ReadonlyMap<string, number>;
}

function drawCard(card: Card, frame: Frame, shapes: Shape[], cables: Cable[], tunnels: Map<string, Shape[]>): void {
  const { node, seen } = card;
  const { x, y, height, railY } = frame;
  const answers = seen?.answers ?? true;
  shapes.push({
    ...{ kind: 'node' as const, key: partKey(node.name), x, y, width: card.width, height, up: answers },
    lines: [],
    title: `${node.name}${answers ? '' : ', which does not answer'}`,
  });
  const nicRow = (nics: readonly Nic[], top: number, isAbove: boolean) => {
    const width = nics.length === 0 ? 0 : Math.min(190, (card.width - 2 * padding) / nics.length - 8);
    for (const [n, nic] of nics.entries()) {
      const left = x + card.width / 2 + (n - nics.length / 2) * (width + 8) + 4;
      const { mode } = nic.network;
      const middle = Math.round(left + width / 2);
      const rail = (railY.get(nic.network.name) ?? 0) + (isAbove ? railHeight : 0);
      const key = partKey(node.name, '', nic.iface);
      const path = isAbove ? `M${middle} ${rail}V${top}` : `M${middle} ${top + nicHeight}V${rail}`;
      cables.push({ kind: mode, key, up: nic.up, path });
      shapes.push({
        ...{ kind: `nic-${mode}` as const, key, x: Math.round(left), y: top, width, height: nicHeight, up: nic.up },
        lines: [
          { text: nic.iface + (nic.up ? '' : ' (down)'), look: 'name' },
          { text: nic.address, look: 'mono' },
        ],
        title: `${nic.iface} of ${node.name} on network ${nic.network.name}: ${nic.address}, ${nic.mac}${nic.up ? '' : ', down'}`,
      });
    }
  };
  let at = y + padding;
  nicRow(card.top, at, true);
  if (card.top.length > 0) at += nicHeight + 6;
  shapes.push({
    ...{ kind: 'more' as const, key: '', x, y: at, width: card.width, height: nameHeight, up: answers, title: '' },
    lines: [{ text: answers ? node.name : `${node.name} does not answer`, look: 'name' }],
  });
  at += nameHeight;
  at = drawColumns(card, x, at, shapes, cables);
  if (card.tunnels.length > 0) {
    at += 4;
    const width = (card.width - 2 * padding + gap.column) / Math.min(3, card.tunnels.length) - gap.column;
    for (const [n, link] of card.tunnels.slice(0, 3).entries()) {
      const shape: Shape = {
        ...{ kind: 'tunnel' as const, key: partKey(node.name, '', link.name), up: link.up },
        ...{ x: x + padding + n * (width + gap.column), y: at, width, height: bridgeHeight },
        lines: [
          { text: [link.name, link.note].filter(Boolean).join('  '), look: 'name' },
          { text: link.addresses[0] ?? (link.up ? 'no address' : 'down'), look: 'mono' },
        ],
        title: `${link.kind || 'interface'} ${link.name} ${link.note} ${link.addresses.join(' ')} MTU ${link.mtu}`,
      };
      shapes.push(shape);
      if (link.kind === 'vxlan') tunnels.set(link.note, [...(tunnels.get(link.note) ?? []), shape]);
    }
    at += bridgeHeight + 6;
  }
  if (card.hidden > 0) {
    const lines: Line[] = [{ text: `and ${card.hidden} more`, look: 'small' }];
    shapes.push({ kind: 'more', key: '', x, y: at, width: card.width, height: 20, up: true, lines, title: '' });
  }
  nicRow(card.bottom, y + height - padding - nicHeight, false);
}

/** Namespaces, below them the node's ends of their cables, below those the bridges. Returns where that ends. */
function drawColumns(card: Card, x: number, top: number, shapes: Shape[], cables: Cable[]): number {
  const { node, columns } = card;
  const total = columns.length * (columnWidth + gap.column) - gap.column;
  const left = (n: number) => Math.round(x + (card.width - total) / 2 + n * (columnWidth + gap.column));
  const netnsBottom = top + card.netnsHeight;
  const portTop = netnsBottom + gap.cable;
  const bridgeTop = card.hasPorts ? portTop + portHeight + 14 : top + (card.netnsHeight > 0 ? card.netnsHeight + 8 : 0);
  for (const [n, { namespace, port }] of columns.entries()) {
    const middle = left(n) + columnWidth / 2;
    if (namespace !== undefined) {
      const { netns } = namespace;
      shapes.push({
        ...{ kind: 'netns' as const, key: partKey(node.name, netns), up: namespace.loUp },
        ...{ x: left(n), y: top, width: columnWidth, height: card.netnsHeight },
        lines: netnsLines(namespace),
        title: `namespace ${netns} on ${node.name}${namespace.pod === '' ? '' : `, pod ${namespace.pod}`}`,
      });
    }
    if (port === undefined) continue;
    const inside = namespace?.links.find((link) => matchCables(port, link));
    const key = partKey(node.name, '', port.name);
    if (inside !== undefined) {
      cables.push({ kind: 'veth', key, up: port.carrier, path: `M${middle} ${netnsBottom}V${portTop}` });
    }
    if (port.master !== '') {
      cables.push({ kind: 'veth', key, up: port.up, path: `M${middle} ${portTop + portHeight}V${bridgeTop}` });
    }
    shapes.push({
      ...{ kind: 'port' as const, key, x: left(n), y: portTop, width: columnWidth, height: portHeight, up: port.up },
      lines: [{ text: port.name, look: 'mono' }],
      title: `${port.name} on ${node.name}: ${port.up ? 'up' : 'down'}${port.addresses.length === 0 ? '' : `, ${port.addresses.join(', ')}`}`,
    });
    if (port.master === '' && port.addresses[0] !== undefined) {
      const lines: Line[] = [{ text: port.addresses[0], look: 'mono' }];
      const below = { x: left(n), y: portTop + portHeight, width: columnWidth, height: 18 };
      shapes.push({ kind: 'more', key: '', ...below, up: port.up, lines, title: '' });
    }
  }
  for (const bridge of new Set(columns.flatMap((column) => column.bridge ?? []))) {
    const members = columns.flatMap((column, n) => (column.bridge === bridge ? [n] : []));
    const [first = 0, last = 0] = [members[0], members.at(-1)];
    shapes.push({
      ...{ kind: 'bridge' as const, key: partKey(node.name, '', bridge.name), up: bridge.up },
      ...{ x: left(first), y: bridgeTop, width: left(last) + columnWidth - left(first), height: bridgeHeight },
      lines: [
        { text: bridge.name + (bridge.up ? '' : ' (down)'), look: 'name' },
        { text: bridge.addresses[0] ?? 'no address', look: 'mono' },
      ],
      title: `bridge ${bridge.name} on ${node.name}: ${bridge.up ? 'up' : 'down'}, ${bridge.addresses.join(', ') || 'no address'}`,
    });
  }
  if (card.hasBridges) return bridgeTop + bridgeHeight;
  return card.hasPorts ? bridgeTop : netnsBottom + (card.netnsHeight > 0 ? 8 : 0);
}

function netnsLines({ netns, pod, loUp, links }: NamespaceView): readonly Line[] {
  const name: Line = { text: shorten(pod === '' ? netns : pod.slice(pod.indexOf('/') + 1), 16), look: 'name' };
  if (links.length === 0) return [name, { text: loUp ? 'lo' : 'lo is down', look: 'small' }];
  const each = links.flatMap((link): Line[] => [
    { text: link.name + (link.up ? '' : ' (down)'), look: 'small' },
    { text: link.addresses[0] ?? 'no address', look: 'mono' },
  ]);
  return [name, ...each];
}

function railOf({ name, mode, cidr, gateway }: Network, y: number, inner: number): Shape {
  const way = mode === 'nat' ? 'NAT' : 'isolated: no way out';
  return {
    ...{ kind: `rail-${mode}` as const, key: '', x: margin, y, width: inner, height: railHeight, up: true },
    lines: [
      { text: name, look: 'name' },
      { text: cidr, look: 'mono' },
      { text: `gateway ${gateway}`, look: 'mono' },
      { text: way, look: 'small' },
    ],
    title: `network ${name}, ${way}, ${cidr}, gateway ${gateway}`,
  };
}

function drawWayOut(
  { outside }: PictureTopology,
  above: readonly Network[],
  railY: ReadonlyMap<string, number>,
  inner: number,
  shapes: Shape[],
  cables: Cable[],
): void {
  const width = Math.min(250, (inner - 60) / 2);
  const x = margin;
  const outsideX = margin + inner - width;
  const middle = margin + topHeight / 2;
  cables.push({ kind: 'nat', key: '', up: true, path: `M${x + width} ${middle}H${outsideX}` });
  for (const [n, { name }] of above.entries()) {
    const drop = x + width / 2 + n * 16;
    cables.push({ kind: 'nat', key: '', up: true, path: `M${drop} ${margin + topHeight}V${railY.get(name) ?? 0}` });
  }
  shapes.push(
    {
      ...{ kind: 'gateway' as const, key: partKey('gateway'), x, y: margin, width, height: topHeight, up: true },
      lines: [
        { text: 'gateway', look: 'name' },
        { text: `leaves as ${outside.gateway}`, look: 'mono' },
      ],
      title: `gateway: what leaves a NAT network leaves as ${outside.gateway}`,
    },
    {
      ...{
        kind: 'outside' as const,
        key: partKey('outside'),
        x: outsideX,
        y: margin,
        width,
        height: topHeight,
        up: true,
      },
      lines: [
        { text: 'outside', look: 'name' },
        { text: outside.ip, look: 'mono' },
      ],
      title: `outside, a host beyond the gateway: ${outside.ip}`,
    },
  );
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
