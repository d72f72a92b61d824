// The statistics of paired measurements: how many times larger is A than B, and how sure is that?

export interface PairedRatio {
  /** Geometric mean of a/b over the pairs. */
  readonly ratio: number;
  /** Ends of the 95 % confidence interval of `ratio`. */
  readonly low: number;
  readonly high: number;
  /** Coefficient of variation of a/b over the pairs: standard deviation divided by mean. 0 is no noise at all. */
  readonly cv: number;
  /** The interval excludes 1, so there is a difference. */
  readonly conclusive: boolean;
}

/**
 * Student's t interval over the logarithms of the ratios: a ratio of 2 and one of 1/2 then weigh the same.
 *
 * @param pairs at least two, all values positive
 * @throws RangeError for fewer pairs or other values
 */
export function pairedRatio(pairs: readonly { readonly a: number; readonly b: number }[]): PairedRatio {
  if (pairs.length < 2) throw new RangeError(`${pairs.length} pairs are too few for an interval`);
  const ratios = pairs.map(({ a, b }) => a / b);
  if (!ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio)))
    throw new RangeError('a measurement is not positive');
  const { center, low, high } = geometricInterval(ratios);
  return { ratio: center, low, high, cv: deviation(ratios) / mean(ratios), conclusive: low > 1 || high < 1 };
}

export interface Interval {
  /** Geometric mean. */
  readonly center: number;
  /** Ends of its 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
}

/**
 * Student's t interval over the logarithms.
 *
 * @param values at least two, all positive
 */
export function geometricInterval(values: readonly number[]): Interval {
  const logs = values.map(Math.log);
  const center = mean(logs);
  const reach = (tQuantile(values.length - 1) * deviation(logs)) / Math.sqrt(values.length);
  return { center: Math.exp(center), low: Math.exp(center - reach), high: Math.exp(center + reach) };
}

/** Of an even number of values, the mean of the middle two; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

// 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

// Past the table the last value is a little too large, which errs on the side of "not sure".
function tQuantile(degrees: number): number {
  return quantiles[Math.min(degrees, quantiles.length) - 1] ?? Number.POSITIVE_INFINITY;
}
