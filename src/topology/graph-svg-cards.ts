// The picture for a few nodes: NAT networks above them, isolated networks below, cables between.

import { cut, drawnOrder, hasNat, impairmentLabel, mtuLabel, sizeLabel, titleLabel } from './graph-labels.ts';
import { drawWayOut } from './graph-svg-way-out.ts';
import { box, document, dot, line, text, textWidth } from './svg-parts.ts';
import type { Network, Nic, Node, Topology } from './topology.ts';

const margin = 36;
const titleHeight = 56;
const wayOutHeight = 88;
const [railHeight, railGap] = [48, 18];
const cableLength = 44;
const [chipGap, cardPadding, cardGap] = [12, 14, 40];
const nameHeight = 58;
const maxName = 24;

export function drawCards(topology: Topology): string {
  const networks = drawnOrder(topology);
  const chipWidth = widestChip(topology);
  const cards = topology.nodes.map((node) => cardOf(node, topology, chipWidth));
  const cardsWidth = cards.reduce((sum, { width }) => sum + width + cardGap, -cardGap);
  const railText = Math.max(...networks.map(railTextWidth));
  const inner = Math.max(cardsWidth + 2 * cardGap, railText, textWidth(titleLabel(topology), 'title'), 520);
  const width = inner + 2 * margin;

  const above = networks.filter(({ mode }) => mode === 'nat');
  const below = networks.filter(({ mode }) => mode !== 'nat');
  const railsTop = titleHeight + (hasNat(topology) ? wayOutHeight : 0);
  const cardsTop = railsTop + above.length * (railHeight + railGap) + (above.length > 0 ? cableLength - railGap : 0);
  const depths = { top: deepest(cards.map(({ top }) => top)), bottom: deepest(cards.map(({ bottom }) => bottom)) };
  const cardHeight = depths.top + nameHeight + depths.bottom;
  const belowTop = cardsTop + cardHeight + (below.length > 0 ? cableLength : 0);
  const height = belowTop + below.length * (railHeight + railGap) + margin - (below.length > 0 ? railGap : 0);

  const railY = new Map([
    ...above.map((network, n) => [network.name, railsTop + n * (railHeight + railGap)] as const),
    ...below.map((network, n) => [network.name, belowTop + n * (railHeight + railGap)] as const),
  ]);
  // Cables first: they pass behind the rails that they don't join.
  const [cables, fronts]: [string[], string[]] = [[], []];
  let x = margin + Math.round((inner - cardsWidth) / 2);
  for (const card of cards) {
    drawCard(card, { x, y: cardsTop, height: cardHeight, chipWidth, railY, depths }, cables, fronts);
    x += card.width + cardGap;
  }
  const rails = networks.map((network) => drawRail(network, railY.get(network.name) ?? 0, inner));
  const out = drawWayOut(topology, {
    x: margin,
    y: titleHeight + 8,
    drops: above.map(({ name }) => railY.get(name) ?? 0),
  });
  const title = titleLabel(topology);
  const heading = text(title, margin, 36, { look: 'title', align: 'start' });
  return document(title, width, height, [heading, ...out, ...cables, ...rails, ...fronts]);
}

interface Chip {
  readonly nic: Nic;
  readonly mode: Network['mode'];
  readonly lines: readonly string[];
}

interface Card {
  readonly node: Node;
  readonly width: number;
  readonly top: readonly Chip[];
  readonly bottom: readonly Chip[];
}

function cardOf(node: Node, topology: Topology, chipWidth: number): Card {
  const chips = node.nics.map((nic): Chip => {
    const mode = topology.networks.find(({ name }) => name === nic.network)?.mode ?? 'isolated';
    return { nic, mode, lines: chipLines(nic) };
  });
  const top = chips.filter(({ mode }) => mode === 'nat');
  const bottom = chips.filter(({ mode }) => mode !== 'nat');
  const columns = Math.max(top.length, bottom.length, 1);
  const chipsWidth = columns * (chipWidth + chipGap) - chipGap;
  const words = Math.max(textWidth(cut(node.name, maxName), 'name'), textWidth(sizeLabel(node), 'plain'));
  return { node, top, bottom, width: Math.max(chipsWidth, words) + 2 * cardPadding };
}

function chipLines(nic: Nic): readonly string[] {
  return [`${nic.iface} ${nic.ip}`, nic.mac, impairmentLabel(nic.impairment)].filter((label) => label !== '');
}

function widestChip({ nodes }: Topology): number {
  const lines = nodes.flatMap(({ nics }) => nics.flatMap((nic) => chipLines(nic).map((label, n) => ({ label, n }))));
  return Math.max(...lines.map(({ label, n }) => textWidth(label, n === 0 ? 'mono' : 'small'))) + 24;
}

function chipHeight(lines: number): number {
  return 14 + lines * 19;
}

/** Height of the strip of chips on one side of all cards, with the padding around it. */
function deepest(sides: readonly (readonly Chip[])[]): number {
  const lines = Math.max(0, ...sides.flat().map((chip) => chip.lines.length));
  return lines === 0 ? 0 : chipHeight(lines) + cardPadding;
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly chipWidth: number;
  readonly railY: ReadonlyMap<string, number>;
  readonly depths: { readonly top: number; readonly bottom: number };
}

function drawCard(card: Card, frame: Frame, cables: string[], fronts: string[]): void {
  const { x, y, height, chipWidth, railY, depths } = frame;
  const center = x + Math.round(card.width / 2);
  fronts.push(box('node', x, y, card.width, height, 14));
  const size = sizeLabel(card.node);
  const nameY = y + depths.top + (size === '' ? 34 : 26);
  fronts.push(text(cut(card.node.name, maxName), center, nameY, { look: 'name' }));
  if (size !== '') fronts.push(text(size, center, nameY + 18, { look: 'plain' }));
  for (const [chips, isTop] of [
    [card.top, true],
    [card.bottom, false],
  ] as const) {
    const stripWidth = chips.length * (chipWidth + chipGap) - chipGap;
    for (const [n, { nic, mode, lines }] of chips.entries()) {
      const left = center - Math.round(stripWidth / 2) + n * (chipWidth + chipGap);
      const middle = left + Math.round(chipWidth / 2);
      const tall = chipHeight(lines.length);
      const chipTop = isTop ? y + cardPadding : y + height - cardPadding - tall;
      const rail = (railY.get(nic.network) ?? 0) + (isTop ? railHeight : 0);
      cables.push(line(`cable-${mode}`, middle, rail, middle, isTop ? chipTop : chipTop + tall));
      fronts.push(line(`cable-${mode}`, middle, isTop ? y : chipTop + tall, middle, isTop ? chipTop : y + height));
      fronts.push(box(`nic-${mode}`, left, chipTop, chipWidth, tall, 8), dot(`dot-${mode}`, middle, rail));
      for (const [row, label] of lines.entries()) {
        fronts.push(text(label, middle, chipTop + 21 + row * 19, { look: row === 0 ? 'mono' : 'small' }));
      }
    }
  }
}

/** The words of a network, left to right. */
function railWords(network: Network): readonly { readonly label: string; readonly look: 'name' | 'mono' | 'plain' }[] {
  const { name, mode, cidr, gateway } = network;
  return [
    { label: name, look: 'name' as const },
    { label: cidr, look: 'mono' as const },
    { label: `gateway ${gateway}`, look: 'mono' as const },
    { label: mtuLabel(network), look: 'plain' as const },
    { label: mode === 'nat' ? 'NAT' : 'isolated: no way out', look: 'plain' as const },
  ].filter(({ label }) => label !== '');
}

const wordGap = 22;

function railTextWidth(network: Network): number {
  return railWords(network).reduce((sum, { label, look }) => sum + textWidth(label, look) + wordGap, wordGap);
}

function drawRail(network: Network, y: number, width: number): string {
  const { mode } = network;
  const parts = [box(mode, margin, y, width, railHeight, 12)];
  let x = margin + wordGap;
  for (const { label, look } of railWords(network)) {
    parts.push(text(label, x, y + 30, { look, align: 'start' }, `on-${mode}`));
    x += textWidth(label, look) + wordGap;
  }
  return parts.join('\n');
}
