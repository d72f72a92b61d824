// From visits to figures with intervals, and to comparisons within rounds. Pure.

import { geometricInterval, type Interval, pairedRatio } from '../probe/paired-ratio.ts';
import { type Measures, type Metric, metrics, metricWords, type Visit, type Way, ways } from './cni-measures.ts';

export interface Comparison {
  /** The one divided by the other: geometric mean over the rounds, and its 95 % interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** The interval excludes 1. Otherwise there is no difference that could be measured. */
  readonly conclusive: boolean;
}

type Of<T> = Readonly<Record<Metric, T>>;

export interface WaySummary {
  readonly way: Way;
  /** In the units of `metricWords`. */
  readonly figures: Of<Interval>;
  /** Divided by host mode in the same room; undefined for host mode. */
  readonly overHost: Of<Comparison> | undefined;
  /** Divided by the same way in the first stack's room of the same round; undefined for the first stack. */
  readonly overFirst: Of<Comparison> | undefined;
}

export interface StackSummary {
  readonly stack: string;
  readonly ways: readonly WaySummary[];
}

/** @param visits one for each stack and round; two rounds or more */
export function summarize(visits: readonly Visit[]): readonly StackSummary[] {
  const stacks = [...new Set(visits.map(({ stack }) => stack))];
  const of = (stack: string) => visits.filter((one) => one.stack === stack).sort((a, b) => a.round - b.round);
  const [first = ''] = stacks;
  return stacks.map((stack) => ({
    stack,
    ways: ways.map((way) => ({
      way,
      figures: each((metric) =>
        figure(
          metric,
          of(stack).map(({ values }) => values[way][metric]),
        ),
      ),
      overHost: way === 'host' ? undefined : compare(pick(of(stack), way), pick(of(stack), 'host')),
      overFirst: stack === first ? undefined : compare(pick(of(stack), way), pick(of(first), way)),
    })),
  }));
}

function pick(visits: readonly Visit[], way: Way): readonly Measures[] {
  return visits.map(({ values }) => values[way]);
}

function figure(metric: Metric, values: readonly number[]): Interval {
  const { factor } = metricWords[metric];
  return geometricInterval(values.map((value) => value * factor));
}

function compare(ours: readonly Measures[], theirs: readonly Measures[]): Of<Comparison> {
  return each((metric) => {
    const pairs = ours.flatMap((a, round) => {
      const b = theirs[round];
      return b === undefined ? [] : [{ a: a[metric], b: b[metric] }];
    });
    const { ratio, low, high, conclusive } = pairedRatio(pairs);
    return { ratio, low, high, conclusive };
  });
}

function each<T>(work: (metric: Metric) => T): Of<T> {
  return Object.fromEntries(metrics.map((metric) => [metric, work(metric)])) as Record<Metric, T>;
}
