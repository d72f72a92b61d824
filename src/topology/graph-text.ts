// Draws a room for a terminal: networks are vertical lines, every node is a row across those it is on.

import { cut, drawnOrder, impairmentLabel, mtuLabel, sizeLabel, titleLabel } from './graph-labels.ts';
import type { Network, Nic, Node, Topology } from './topology.ts';

const maxWidth = 100;
const maxNodeName = 24;
const maxColumn = 34;
/** With more nodes than these, a row says less, so that the drawing stays short. */
const [mostWithMac, mostWithTwoLines] = [4, 12];

/** At most 100 columns wide; networks that don't fit beside each other are drawn below each other. */
export function renderTextGraph(topology: Topology): string {
  const nodeWidth = Math.max(...topology.nodes.map(({ name }) => Math.min(name.length, maxNodeName)));
  const columns = drawnOrder(topology).map((network) => columnOf(topology, network));
  const lines = [cut(titleLabel(topology), maxWidth)];
  for (const group of groupsThatFit(columns, maxWidth - nodeWidth - indent)) {
    lines.push('', ...drawGroup(topology, group, nodeWidth));
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Blank, node name, and the least piece of line before the first network. */
const indent = 5;

interface Column {
  readonly network: Network;
  readonly heading: readonly string[];
  readonly width: number;
}

function columnOf(topology: Topology, network: Network): Column {
  const { name, mode, cidr, gateway } = network;
  const isNat = mode === 'nat';
  const heading = [
    isNat ? `outside ${topology.outside.ip}` : '',
    isNat ? `║ NAT, seen as ${topology.outside.gateway}` : 'no way out',
    name,
    [cidr, mtuLabel(network)].filter((part) => part !== '').join(', '),
    `gateway ${gateway}`,
  ].map((line) => cut(line, maxColumn));
  const labels = nicsOn(topology, network).flatMap((nic) => labelsOf(topology, nic).map((label) => `║ ${label}`));
  const width = Math.max(...[...heading, ...labels].map((line) => cut(line, maxColumn).length)) + 3;
  return { network, heading, width };
}

function groupsThatFit(columns: readonly Column[], width: number): readonly (readonly Column[])[] {
  const groups: Column[][] = [];
  let used = 0;
  for (const column of columns) {
    used += column.width;
    const last = groups.at(-1);
    if (last !== undefined && used <= width) last.push(column);
    else {
      groups.push([column]);
      used = column.width;
    }
  }
  return groups;
}

function drawGroup(topology: Topology, columns: readonly Column[], nodeWidth: number): readonly string[] {
  const margin = ' '.repeat(nodeWidth + indent);
  const heading = columns[0]?.heading.map((_, n) => {
    return margin + columns.map(({ heading, width }) => (heading[n] ?? '').padEnd(width)).join('');
  });
  const members = topology.nodes.filter((node) => columns.some(({ network }) => nicOn(node, network) !== undefined));
  const rails = margin + columns.map(({ network, width }) => rail(network).padEnd(width)).join('');
  const visible = (heading ?? []).filter((line) => line.trim() !== '');
  return [...visible, rails, ...members.flatMap((node) => drawNode(topology, node, columns, nodeWidth))];
}

function drawNode(topology: Topology, node: Node, columns: readonly Column[], nodeWidth: number): readonly string[] {
  const isShort = topology.nodes.length > mostWithTwoLines;
  const nics = columns.map(({ network }) => nicOn(node, network));
  const last = nics.findLastIndex((nic) => nic !== undefined);
  let cable = ` ${cut(node.name, maxNodeName).padEnd(nodeWidth)} ───`;
  for (const [n, { network, width }] of columns.entries()) {
    const nic = nics[n];
    const joint = nic !== undefined ? '●' : n < last ? crossing(network) : rail(network);
    const label = isShort && nic !== undefined ? ` ${cut(labelsOf(topology, nic)[0] ?? '', maxColumn - 2)} ` : '';
    cable += (joint + label).padEnd(width, n < last ? '─' : ' ');
  }
  if (isShort) return [cable];
  const labels = nics.map((nic) => (nic === undefined ? [] : labelsOf(topology, nic)));
  const size = sizeLabel(node);
  const depth = Math.max(...labels.map(({ length }) => length));
  const below = Array.from({ length: depth }, (_, row) => {
    const cells = columns.map(({ network, width }, n) => {
      return `${rail(network)} ${cut(labels[n]?.[row] ?? '', maxColumn - 2)}`.padEnd(width);
    });
    const head = row === 0 ? cut(size, nodeWidth + 3) : '';
    return ` ${head}`.padEnd(nodeWidth + indent) + cells.join('');
  });
  return [cable, ...below];
}

function labelsOf(topology: Topology, nic: Nic): readonly string[] {
  const address = `${nic.iface} ${nic.ip}`;
  const nodes = topology.nodes.length;
  if (nodes > mostWithTwoLines) return [address];
  const mac = nodes > mostWithMac ? '' : nic.mac;
  return [address, mac, impairmentLabel(nic.impairment)].filter((label) => label !== '');
}

function rail({ mode }: Network): string {
  return mode === 'nat' ? '║' : '╎';
}

function crossing({ mode }: Network): string {
  return mode === 'nat' ? '╫' : '┼';
}

function nicOn(node: Node, { name }: Network): Nic | undefined {
  return node.nics.find(({ network }) => network === name);
}

function nicsOn({ nodes }: Topology, network: Network): readonly Nic[] {
  return nodes.flatMap((node) => nicOn(node, network) ?? []);
}
