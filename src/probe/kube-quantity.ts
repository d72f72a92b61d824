// Quantities as the API writes them: 250m, 1.5Gi, 64974k, 123456n.

/** @returns the number in its base unit: cores, bytes. NaN for text that is no quantity */
export function parseQuantity(text: string): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(text);
  const factor = factors[match?.[2] ?? 'unknown'];
  return match === null || factor === undefined ? Number.NaN : Number(match[1]) * factor;
}

// k8s.io/apimachinery/pkg/api/resource: binary suffixes, decimal ones, and fractions.
const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
