// Work of which only so much goes on at the same time; the rest waits, first come, first served.

/** @param limit at least 1 */
export function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Whoever waits takes this place over.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
