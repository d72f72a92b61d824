// The answer of `podlab bench cni` as data and as Markdown.

import type { Interval } from '../probe/paired-ratio.ts';
import { metrics, metricWords, rateConnections, type Visit, wayTitles } from './cni-measures.ts';
import { type Comparison, type StackSummary, summarize, type WaySummary } from './cni-summary.ts';
import type { BenchStack, Machine } from './machine.ts';

export interface CniReport {
  /** `2026-11-21` form. */
  readonly day: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly stacks: readonly BenchStack[];
  readonly summary: readonly StackSummary[];
  /** Every measured value. */
  readonly visits: readonly Visit[];
}

export function makeReport(report: Omit<CniReport, 'summary'>): CniReport {
  return { ...report, summary: summarize(report.visits) };
}

export function renderMarkdown(report: CniReport): string {
  const { summary, rounds, seconds } = report;
  const [first] = summary;
  const others = summary.slice(1);
  const units = metrics.map((metric) => `${metricWords[metric].title}, ${metricWords[metric].unit}`);
  const titles = metrics.map((metric) => metricWords[metric].title);
  const overFirst =
    others.length === 0
      ? []
      : [
          `Divided by ${first?.stack}, within each round:`,
          table(
            ['stack', 'way', ...titles],
            rowsOf(others, ({ overFirst }) => overFirst, comparison),
          ),
        ];
  return `${[
    `Mean of ${rounds} rounds and its 95 % interval:`,
    table(
      ['stack', 'way', ...units],
      rowsOf(summary, ({ figures }) => figures, figure),
    ),
    ...overFirst,
    'Divided by host mode in the same room:',
    table(
      ['stack', 'way', ...titles],
      rowsOf(summary, ({ overHost }) => overHost, comparison),
    ),
    '≈ means: no difference you could measure; the interval of the ratio includes 1. Of twenty such intervals one is wrong by chance.',
    describeMethod(seconds),
    describePlace(report),
  ].join('\n\n')}\n`;
}

function describeMethod(seconds: number): string {
  return `TCP and UDP by iperf3, one stream, UDP as fast as it can be sent, what arrives counts. Requests by wrk with ${rateConnections} connections, latency by wrk with one, both against agnhost netexec in a pod. Clients and iperf3 run on the node, in the network namespaces of pods, outside of the nodes' control groups. Each measurement takes ${seconds} s; the order of stacks and ways changes from round to round.`;
}

function describePlace({ day, machine, stacks }: CniReport): string {
  const { cores, memoryGiB, kernel, load, iperf3, wrk } = machine;
  const rooms = stacks.map(({ stack, cni, proxyMode, nodes, mtuBytes, limits }) => {
    const parts = [
      `${nodes} nodes`,
      `kube-proxy ${proxyMode}`,
      `MTU of pods ${mtuBytes}`,
      limits || 'no limits on nodes',
    ];
    return `${stack}: ${cni}, ${parts.join(', ')}`;
  });
  return `Machine: ${cores} cores for all nodes together, ${memoryGiB} GiB of memory, Linux ${kernel}, iperf3 ${iperf3}, wrk ${wrk}, ${day}; load average before the run: ${load.toFixed(1)}. ${rooms.join('. ')}.`;
}

function rowsOf<T>(
  stacks: readonly StackSummary[],
  pick: (way: WaySummary) => Readonly<Record<(typeof metrics)[number], T>> | undefined,
  render: (value: T) => string,
): readonly (readonly string[])[] {
  return stacks.flatMap(({ stack, ways }) =>
    ways.flatMap((one) => {
      const values = pick(one);
      if (values === undefined) return [];
      return [[stack, wayTitles[one.way], ...metrics.map((metric) => render(values[metric]))]];
    }),
  );
}

function figure({ center, low, high }: Interval): string {
  const digits = digitsFor(center);
  return `${center.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}

function comparison({ ratio, low, high, conclusive }: Comparison): string {
  const range = `(${low.toFixed(2)}–${high.toFixed(2)})`;
  return conclusive ? `${ratio.toFixed(2)}× ${range}` : `≈ ${range}`;
}

/** Three digits that say something. */
function digitsFor(value: number): number {
  return Math.max(0, 2 - Math.floor(Math.log10(value)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, n) => Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, n) => (n < 2 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, n) => (n < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
