// Measurements as small charts: requests per second of two servers, latency by percentile.

import type { Json } from '../../probe/probe.ts';
import type { Evidence } from '../../workshop/exercise.ts';
import { html, type View } from './dom.ts';

interface Bar {
  readonly label: string;
  readonly value: number;
  /** Single measurements behind the value. */
  readonly dots: readonly number[];
}

export function chartOf({ probe, args, observation }: Evidence): View {
  if (probe === 'http.rps_pair') return ratePair(args, observation);
  if (typeof observation.p50_us === 'number') return latency(observation);
  return undefined;
}

function ratePair(args: Evidence['args'], seen: Evidence['observation']): View {
  const pairs = (seen.pairs ?? []) as readonly { readonly a: number; readonly b: number }[];
  const bars = (['a', 'b'] as const).map((side) => ({
    label: `${side.toUpperCase()}  ${urlOf(args[side])}`,
    value: Number(seen[`${side}_median`]),
    dots: pairs.map((pair) => pair[side]),
  }));
  const ratio = Number(seen.ratio).toFixed(2);
  const interval = `${Number(seen.ratio_low).toFixed(2)} to ${Number(seen.ratio_high).toFixed(2)}`;
  const note = `A serves ${ratio} times as many requests per second as B (95 % interval ${interval})${
    seen.conclusive === true ? '' : '; that is no more than noise'
  }.`;
  return barChart('Requests per second', bars, (value) => Math.round(value).toLocaleString('en'), note);
}

function latency(seen: Evidence['observation']): View {
  const bars = (['p50', 'p90', 'p99'] as const).map((name) => ({
    label: name,
    value: Number(seen[`${name}_us`]),
    dots: [],
  }));
  const note = `${Number(seen.count).toLocaleString('en')} round trips, between ${seen.min_us} and ${seen.max_us} µs.`;
  return barChart('Round trip', bars, (value) => `${value.toLocaleString('en')} µs`, note);
}

const [width, rowHeight, barHeight] = [520, 46, 14];

function barChart(title: string, bars: readonly Bar[], format: (value: number) => string, note: string): View {
  const most = Math.max(1, ...bars.flatMap(({ value, dots }) => [value, ...dots]));
  const scale = (value: number) => Math.round((value / most) * (width - 110));
  const rows = bars.map(({ label, value, dots }, index) => {
    const top = index * rowHeight;
    return html`<g class="bar-${index}">
      <text class="bar-label" x="0" y=${top + 13}>${label}</text>
      <rect x="0" y=${top + 20} width=${scale(value)} height=${barHeight} rx="3" />
      ${dots.map((dot) => html`<circle cx=${scale(dot)} cy=${top + 20 + barHeight / 2} r="3.5" />`)}
      <text class="bar-value" x=${Math.max(scale(value), ...dots.map(scale)) + 10} y=${top + 32}>${format(value)}</text>
    </g>`;
  });
  return html`<figure class="chart">
    <figcaption><strong>${title}</strong><span>${note}</span></figcaption>
    <svg viewBox="0 0 ${width} ${bars.length * rowHeight}" role="img" aria-label=${`${title}. ${note}`}>${rows}</svg>
  </figure>`;
}

function urlOf(side: Json | undefined): string {
  return typeof side === 'object' && side !== null && 'url' in side ? String(side.url) : '';
}
