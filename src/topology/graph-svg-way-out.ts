// The top of a picture: the gateway, and the outside beyond it.

import { hasNat } from './graph-labels.ts';
import { box, line, text, textWidth } from './svg-parts.ts';
import type { Topology } from './topology.ts';

const height = 56;

/** @param at top left corner, and the y of every NAT network that hangs below */
export function drawWayOut(
  topology: Topology,
  at: { readonly x: number; readonly y: number; readonly drops: readonly number[] },
): readonly string[] {
  if (!hasNat(topology)) return [];
  const { outside, uplink } = topology;
  const masked = `NAT, seen as ${outside.gateway}`;
  const beyond = uplink ? `${outside.ip}, and this machine` : outside.ip;
  const gatewayWidth = textWidth(masked, 'small') + 36;
  const outsideWidth = Math.max(textWidth(beyond, 'small'), textWidth('outside', 'name')) + 56;
  const outsideX = at.x + gatewayWidth + 90;
  const middle = at.y + height / 2;
  // One line for each network, side by side, so that a far one can be followed behind a near one.
  const lines = at.drops.map((y, n) => {
    const x = at.x + Math.round(gatewayWidth / 2) + (n - (at.drops.length - 1) / 2) * 18;
    return line('cable-nat', x, at.y + height, x, y);
  });
  return [
    ...lines,
    line('cable-nat', at.x + gatewayWidth, middle, outsideX, middle),
    box('nat', at.x, at.y, gatewayWidth, height, 12),
    text('gateway', at.x + gatewayWidth / 2, at.y + 24, { look: 'name' }, 'on-nat'),
    text(masked, at.x + gatewayWidth / 2, at.y + 43, { look: 'small' }, 'on-nat'),
    box('out', outsideX, at.y, outsideWidth, height, height / 2),
    text('outside', outsideX + outsideWidth / 2, at.y + 24, { look: 'name' }),
    text(beyond, outsideX + outsideWidth / 2, at.y + 43, { look: 'small' }),
  ];
}
