// A node in the picture: its NICs, its namespaces with their cables and bridges, its tunnels.

import { drawColumns } from './draw-columns.ts';
import { partKey } from './highlights.ts';
import type { Cable, Line, Shape } from './picture.ts';
import { bridgeHeight, gap, nameHeight, nicHeight, padding, railHeight } from './picture-sizes.ts';
import type { Card, Nic } from './room-card.ts';

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly railY: ReadonlyMap<string, number>;
}

export function drawCard(
  card: Card,
  frame: Frame,
  shapes: Shape[],
  cables: Cable[],
  tunnels: Map<string, Shape[]>,
): void {
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
