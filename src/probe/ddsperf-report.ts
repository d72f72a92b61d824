// Reads what ddsperf (Cyclone DDS) prints each second with -X: it has no JSON, so this is the one place that knows its words.

import { median } from './paired-ratio.ts';

export interface Roundtrips {
  /** Number of round trips. */
  readonly count: number;
  /** Microseconds there and back, as all that follow. */
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Undefined when there was no second with a round trip. */
export function parseDdsperf(text: string): Roundtrips | undefined {
  const seconds = [...text.matchAll(line)].map((match) => {
    const [mean = 0, min = 0, p50 = 0, p90 = 0, p99 = 0, max = 0, count = 0] = match.slice(1).map(Number);
    return { mean, min, p50, p90, p99, max, count };
  });
  const count = seconds.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return undefined;
  const of = (key: 'p50' | 'p90' | 'p99') => thereAndBack(median(seconds.map((one) => one[key])));
  return {
    count,
    mean: thereAndBack(seconds.reduce((sum, one) => sum + one.mean * one.count, 0) / count),
    min: thereAndBack(Math.min(...seconds.map(({ min }) => min))),
    p50: of('p50'),
    p90: of('p90'),
    p99: of('p99'),
    max: thereAndBack(Math.max(...seconds.map(({ max }) => max))),
  };
}

const line = /mean ([\d.]+)us min ([\d.]+)us 50% ([\d.]+)us 90% ([\d.]+)us 99% ([\d.]+)us max ([\d.]+)us cnt (\d+)/g;

/** ddsperf prints half of each round trip (ddsperf.c, `process_pong`), which is the latency one way if both ways are alike. */
function thereAndBack(half: number): number {
  return Number((2 * half).toFixed(1));
}
