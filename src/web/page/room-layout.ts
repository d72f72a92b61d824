// Where everything of a room's picture stands. Pure: the same room always gives the same picture.

import type { RoomView } from '../../probe/room-view.ts';
import { drawCard } from './draw-card.ts';
import { drawWayOut, railOf } from './draw-networks.ts';
import type { Cable, Picture, Shape } from './picture.ts';
import { gap, margin, railHeight, topHeight } from './picture-sizes.ts';
import { cardOf, type PictureTopology } from './room-card.ts';

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
