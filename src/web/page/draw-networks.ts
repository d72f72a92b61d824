// The networks in the picture, and the way out of those that have one.

import type { Network } from '../../topology/topology.ts';
import { partKey } from './highlights.ts';
import type { Cable, Shape } from './picture.ts';
import { margin, railHeight, topHeight } from './picture-sizes.ts';
import type { PictureTopology } from './room-card.ts';

export function railOf({ name, mode, cidr, gateway }: Network, y: number, inner: number): Shape {
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

export function drawWayOut(
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
