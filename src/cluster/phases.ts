// How long each part of a start took: for `up --json` and the benchmarks.

export interface Phase {
  readonly name: string;
  readonly ms: number;
}

/** Measures what runs inside `phase`; the list is in the order in which phases ended. */
export class Phases {
  readonly #done: Phase[] = [];

  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.#done.push({ name, ms: Math.round(performance.now() - begun) });
    }
  }

  get all(): readonly Phase[] {
    return this.#done;
  }
}
