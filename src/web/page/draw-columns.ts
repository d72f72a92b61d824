// The namespaces of a node in the picture, their cables, and the bridges that these are ports of.

import type { NamespaceView } from '../../probe/room-view.ts';
import { partKey } from './highlights.ts';
import type { Cable, Line, Shape } from './picture.ts';
import { bridgeHeight, columnWidth, gap, portHeight } from './picture-sizes.ts';
import type { Card } from './room-card.ts';
import { matchCables } from './room-columns.ts';

/** Namespaces, below them the node's ends of their cables, below those the bridges. Returns where that ends. */
export function drawColumns(card: Card, x: number, top: number, shapes: Shape[], cables: Cable[]): number {
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

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
