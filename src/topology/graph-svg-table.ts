// The picture for many nodes: networks are columns with a line down, every node is a row across those it is on.

import { cut, drawnOrder, hasNat, impairmentLabel, mtuLabel, sizeLabel, titleLabel } from './graph-labels.ts';
import { drawWayOut } from './graph-svg-way-out.ts';
import { box, document, dot, line, text, textWidth } from './svg-parts.ts';
import type { Network, Nic, Node, Topology } from './topology.ts';

const margin = 36;
const titleHeight = 56;
const wayOutHeight = 96;
const columnGap = 28;
const headGap = 24;
const maxName = 24;
/** With more nodes than these, a row has one line. */
const mostWithMac = 12;

export function drawTable(topology: Topology): string {
  const isDetailed = topology.nodes.length <= mostWithMac;
  const rowHeight = isDetailed ? 76 : 38;
  const nodeWidth = Math.max(...topology.nodes.map(({ name }) => textWidth(cut(name, maxName), 'name')), 90) + 28;
  const columns = placeColumns(topology, isDetailed, margin + nodeWidth + columnGap + 12);
  const last = columns.at(-1);
  const title = titleLabel(topology);
  const width = Math.max((last?.x ?? 0) + (last?.width ?? 0) + margin, textWidth(title, 'title') + 2 * margin, 560);
  const headTop = titleHeight + (hasNat(topology) ? wayOutHeight : 0);
  const headHeight = 16 + Math.max(...columns.map(({ words }) => words.length)) * 20;
  const rowsTop = headTop + headHeight + headGap;
  const height = rowsTop + topology.nodes.length * rowHeight + margin;

  const [cables, rails, fronts]: [string[], string[], string[]] = [[], [], []];
  for (const { network, x, width, words } of columns) {
    const railX = x + railInset;
    rails.push(line(`rail-${network.mode}`, railX, headTop + headHeight, railX, height - margin));
    fronts.push(box(network.mode, x, headTop, width, headHeight, 12));
    for (const [n, word] of words.entries()) {
      const look = n === 0 ? 'name' : 'small';
      fronts.push(text(word, x + 16, headTop + 24 + n * 20, { look, align: 'start' }, `on-${network.mode}`));
    }
  }
  for (const [n, node] of topology.nodes.entries()) {
    const y = rowsTop + n * rowHeight;
    drawRow(node, columns, { y, height: rowHeight - 10, nodeWidth, isDetailed }, cables, fronts);
  }
  const nats = columns.filter(({ network }) => network.mode === 'nat');
  const out = drawWayOut(topology, { x: nats[0]?.x ?? margin, y: titleHeight + 8, drops: [] });
  const trunkY = headTop - 14;
  const gatewayX = (nats[0]?.x ?? 0) + railInset;
  const trunk = nats.flatMap(({ x }) => [
    line('cable-nat', gatewayX, trunkY, x + railInset, trunkY),
    line('cable-nat', x + railInset, trunkY, x + railInset, headTop),
  ]);
  if (nats.length > 0) trunk.push(line('cable-nat', gatewayX, titleHeight + 64, gatewayX, trunkY));
  const heading = text(title, margin, 36, { look: 'title', align: 'start' });
  return document(title, width, height, [heading, ...trunk, ...out, ...cables, ...rails, ...fronts]);
}

/** From a column's left edge to its line, and from the line to the addresses. */
const [railInset, chipInset] = [24, 22];

interface Column {
  readonly network: Network;
  readonly x: number;
  readonly width: number;
  readonly words: readonly string[];
}

function placeColumns(topology: Topology, isDetailed: boolean, start: number): readonly Column[] {
  let x = start;
  return drawnOrder(topology).map((network) => {
    const { name, mode, cidr, gateway } = network;
    const range = [cidr, mtuLabel(network)].filter((part) => part !== '').join(', ');
    const words = [cut(name, 30), range, `gateway ${gateway}`, mode === 'nat' ? 'NAT' : 'isolated: no way out'];
    const nics = topology.nodes.flatMap((node) => nicOn(node, network) ?? []);
    const chips = nics.map((nic) => chipWidth(chipLines(nic, isDetailed)) + railInset + chipInset);
    const wordsWidth = Math.max(...words.map((word, n) => textWidth(word, n === 0 ? 'name' : 'small')));
    const width = Math.max(wordsWidth + 32, ...chips);
    const column = { network, x, width, words };
    x += width + columnGap;
    return column;
  });
}

interface Row {
  readonly y: number;
  readonly height: number;
  readonly nodeWidth: number;
  readonly isDetailed: boolean;
}

function drawRow(node: Node, columns: readonly Column[], row: Row, cables: string[], fronts: string[]): void {
  const { y, height, nodeWidth, isDetailed } = row;
  const middle = y + height / 2;
  const size = isDetailed ? sizeLabel(node) : '';
  fronts.push(box('node', margin, y, nodeWidth, height));
  fronts.push(text(cut(node.name, maxName), margin + nodeWidth / 2, middle + (size === '' ? 5 : -3), { look: 'name' }));
  if (size !== '') fronts.push(text(size, margin + nodeWidth / 2, middle + 16, { look: 'plain' }));
  let reach = margin + nodeWidth;
  for (const { network, x } of columns) {
    const nic = nicOn(node, network);
    if (nic === undefined) continue;
    const lines = chipLines(nic, isDetailed);
    const left = x + railInset + chipInset;
    const width = chipWidth(lines);
    const tall = 10 + lines.length * 18;
    cables.push(line('cable', reach, middle, left, middle));
    reach = left + width;
    fronts.push(box(`nic-${network.mode}`, left, middle - tall / 2, width, tall, 8));
    fronts.push(dot(`dot-${network.mode}`, x + railInset, middle));
    for (const [n, label] of lines.entries()) {
      const look = n === 0 ? 'mono' : 'small';
      fronts.push(text(label, left + width / 2, middle - tall / 2 + 19 + n * 18, { look }));
    }
  }
}

function chipLines(nic: Nic, isDetailed: boolean): readonly string[] {
  const address = `${nic.iface} ${nic.ip}`;
  if (!isDetailed) return [address];
  return [address, nic.mac, impairmentLabel(nic.impairment)].filter((label) => label !== '');
}

/** The first line is larger. Shorter addresses get the room of the longest, so that the chips of a column are alike. */
function chipWidth([address = '', ...others]: readonly string[]): number {
  const widest = Math.max(address.length, 'eth0 255.255.255.255'.length);
  return Math.max(textWidth('0'.repeat(widest), 'mono'), ...others.map((label) => textWidth(label, 'small'))) + 20;
}

function nicOn(node: Node, { name }: Network): Nic | undefined {
  return node.nics.find(({ network }) => network === name);
}
