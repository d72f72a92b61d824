// Interleaved timing: what is compared runs turn by turn, so that a busy moment of the machine meets all of it.

export interface Contender {
  readonly name: string;
  /** Not timed. */
  before?(): Promise<void>;
  /** Timed from outside; or it returns times of its own, milliseconds by name. */
  run(): Promise<Readonly<Record<string, number>> | undefined>;
  /** Not timed; runs also when `run` failed. */
  after?(): Promise<void>;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Milliseconds by name, one for each round; the values of one round belong together. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/** Runs A B A B …; a first round fills the caches and is thrown away. */
export async function interleave(contenders: readonly Contender[], rounds: number): Promise<Samples> {
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const times = await timeOnce(contender);
      if (round === 0) continue;
      for (const [name, ms] of Object.entries(times)) samples.set(name, [...(samples.get(name) ?? []), ms]);
    }
  }
  return samples;
}

async function timeOnce({ name, before, run, after }: Contender): Promise<Readonly<Record<string, number>>> {
  await before?.();
  try {
    const started = performance.now();
    const own = await run();
    return own ?? { [name]: performance.now() - started };
  } finally {
    await after?.();
  }
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

/** One value for each round, from the values of that round. */
export function perRound(samples: Samples, names: readonly string[], combine: (...ms: number[]) => number): number[] {
  const columns = names.map((name) => samples.get(name) ?? []);
  return (columns[0] ?? []).map((_, round) => combine(...columns.map((column) => column[round] ?? Number.NaN)));
}
