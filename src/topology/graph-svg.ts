// Draws a room as an SVG picture: cards between networks for a few nodes, a table of nodes for many.

import { drawCards } from './graph-svg-cards.ts';
import { drawTable } from './graph-svg-table.ts';
import type { Topology } from './topology.ts';

/** More NICs beside each other, or more networks above each other, would not fit on a slide. */
const [mostAcross, mostNetworks] = [5, 5];

/** A self-contained document without scripts or links; it follows the reader's light or dark scheme. */
export function renderSvgGraph(topology: Topology): string {
  const nat = new Set(topology.networks.filter(({ mode }) => mode === 'nat').map(({ name }) => name));
  const across = topology.nodes.reduce((sum, { nics }) => {
    const above = nics.filter(({ network }) => nat.has(network)).length;
    return sum + Math.max(1, above, nics.length - above);
  }, 0);
  return across <= mostAcross && topology.networks.length <= mostNetworks ? drawCards(topology) : drawTable(topology);
}
