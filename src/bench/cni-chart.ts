// The chart of `podlab bench cni`: four panels of bars with intervals, as an SVG that follows the reader's light or dark scheme.

import type { Interval } from '../probe/paired-ratio.ts';
import { escapeXml } from '../topology/svg-parts.ts';
import { type Metric, metricWords, type Way, ways, wayTitles } from './cni-measures.ts';
import type { CniReport } from './cni-report.ts';
import type { StackSummary } from './cni-summary.ts';

interface Panel {
  readonly title: string;
  readonly metric: Metric;
  /** Drawn as a tick beyond the bar. */
  readonly tick?: Metric;
}

const panels: readonly Panel[] = [
  { title: `TCP, ${metricWords.tcp.unit}`, metric: 'tcp' },
  { title: `UDP that arrives, ${metricWords.udp.unit}`, metric: 'udp' },
  { title: `Requests, ${metricWords.rate.unit}`, metric: 'rate' },
  { title: `Latency of a request, ${metricWords.p50.unit}: median, and a tick at p99`, metric: 'p50', tick: 'p99' },
];

// Pixels.
const [margin, labelWidth, barWidth, valueWidth] = [24, 186, 220, 64];
const [barHeight, barGap, groupGap, axisHeight, panelTitleHeight, panelGap] = [13, 3, 12, 26, 28, 18];
const headHeight = 84;
const panelWidth = labelWidth + barWidth + valueWidth;
const width = 3 * margin + 2 * panelWidth;

/** What is so many times beyond the longest bar ends at the edge: one disturbed round must not flatten all others. */
const mostBeyond = 4;

interface Figure {
  readonly bar: Interval;
  readonly tick: Interval | undefined;
}

/** As many colours as there are; more stacks begin anew. */
const colours = 6;

export function renderCniChart({ summary, machine, rounds, seconds, day }: CniReport): string {
  const groupHeight = summary.length * (barHeight + barGap) + groupGap;
  const bodyHeight = ways.length * groupHeight;
  const panelHeight = panelTitleHeight + bodyHeight + axisHeight + panelGap;
  const height = headHeight + 2 * panelHeight + margin;
  const title = 'Pod networks, measured';
  const about = `${machine.cores} cores, Linux ${machine.kernel}, ${day}; means of ${rounds} rounds of ${seconds} s with 95 % intervals`;
  const drawn = panels.map((panel, n) => {
    const x = margin + (n % 2) * (panelWidth + margin);
    const y = headHeight + Math.floor(n / 2) * panelHeight;
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel, summary, bodyHeight, groupHeight)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(`${title}: ${summary.map(({ stack }) => stack).join(', ')}`)}</title>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    label('title', margin, 34, title),
    label('plain', margin, 54, about),
    ...legend(summary),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function legend(summary: readonly StackSummary[]): readonly string[] {
  let x = margin;
  return summary.flatMap(({ stack }, n) => {
    const at = x;
    x += 40 + stack.length * 8;
    return [
      `<rect class="c${n % colours}" x="${at}" y="64" width="12" height="12" rx="2"/>`,
      label('plain', at + 18, 74, stack),
    ];
  });
}

function drawPanel(panel: Panel, summary: readonly StackSummary[], bodyHeight: number, groupHeight: number): string {
  const figure = (stack: StackSummary, way: Way): Figure => {
    const found = stack.ways.find((one) => one.way === way);
    if (found === undefined) throw new Error(`no ${way} in ${stack.stack}`);
    return { bar: found.figures[panel.metric], tick: panel.tick && found.figures[panel.tick] };
  };
  const all = summary.flatMap((stack) => ways.map((way) => figure(stack, way)));
  const centers = Math.max(...all.map(({ bar }) => bar.center));
  const reach = Math.max(...all.flatMap(({ bar, tick }) => [bar.high, tick?.center ?? 0]));
  const step = niceStep(Math.min(reach, mostBeyond * centers) / 4);
  const most = step * Math.ceil(Math.min(reach, mostBeyond * centers) / step);
  const toX = (value: number) => round(labelWidth + (Math.min(value, most) / most) * barWidth);
  const top = panelTitleHeight;
  const bottom = top + bodyHeight;
  const ticks = Array.from({ length: Math.round(most / step) + 1 }, (_, n) => n * step);
  const grid = ticks.flatMap((value) => [
    `<path class="grid" d="M${toX(value)} ${top - 4}V${bottom}"/>`,
    label('small', toX(value), bottom + 15, tickText(value, step), 'middle'),
  ]);
  const bars = ways.flatMap((way, group) => {
    const y = top + group * groupHeight;
    const middle = y + (groupHeight - groupGap) / 2 + 3;
    return [
      label('plain', labelWidth - 10, middle, wayTitles[way], 'end'),
      ...summary.flatMap((stack, n) =>
        drawBar(figure(stack, way), { y: y + n * (barHeight + barGap), colour: n % colours, toX }),
      ),
    ];
  });
  return [label('name', 0, 14, panel.title), ...grid, ...bars].join('\n');
}

function drawBar(
  { bar, tick }: Figure,
  { y, colour, toX }: { readonly y: number; readonly colour: number; readonly toX: (value: number) => number },
): readonly string[] {
  const middle = round(y + barHeight / 2);
  const [low, high, end] = [toX(bar.low), toX(bar.high), tick === undefined ? 0 : toX(tick.center)];
  return [
    `<rect class="c${colour}" x="${labelWidth}" y="${y}" width="${round(toX(bar.center) - labelWidth)}" height="${barHeight}" rx="2"/>`,
    `<path class="whisker" d="M${low} ${middle}H${high}M${low} ${middle - 3}v6M${high} ${middle - 3}v6"/>`,
    ...(tick === undefined ? [] : [`<path class="tick t${colour}" d="M${end} ${y}v${barHeight}"/>`]),
    label('small', round(Math.max(high, end) + 6), middle + 4, [bar, ...(tick ? [tick] : [])].map(shortly).join(' / ')),
  ];
}

/** Three digits that say something. */
function shortly({ center }: Interval): string {
  return center.toFixed(Math.max(0, 2 - Math.floor(Math.log10(center))));
}

/** The least of 1, 2, 5 times a power of ten that is not below. */
export function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return ([1, 2, 5].find((digit) => digit * power >= atLeast) ?? 10) * power;
}

function tickText(value: number, step: number): string {
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step))));
}

function label(look: string, x: number, y: number, content: string, anchor = 'start'): string {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${look}" x="${x}" y="${round(y)}"${at}>${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

// The colours can be told apart without seeing red and green (Okabe and Ito); lighter ones for dark pages.
const light = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#5f6b7a'] as const;
const dark = ['#56b4e9', '#f08c4a', '#3ccf9f', '#e6a5c9', '#e8c34a', '#a9b6c8'] as const;

const classes = (palette: readonly string[]) =>
  palette.map((colour, n) => `.c${n}{fill:${colour}}.t${n}{stroke:${colour}}`).join('\n');

const style = `
.page{fill:#fff}
text{fill:#0f172a;font-family:Inter,'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
.title{font-size:20px;font-weight:700}
.name{font-size:14px;font-weight:700}
.plain{font-size:12px;fill:#475569}
.small{font-size:11px;fill:#475569}
.grid{stroke:#e2e8f0;stroke-width:1}
.whisker{fill:none;stroke:#0f172a;stroke-width:1.3}
.tick{fill:none;stroke-width:2.5}
${classes(light)}
@media (prefers-color-scheme:dark){
.page{fill:#0f172a}
text{fill:#f1f5f9}
.plain,.small{fill:#a9b6c8}
.grid{stroke:#334155}
.whisker{stroke:#f1f5f9}
${classes(dark)}
}
`;
