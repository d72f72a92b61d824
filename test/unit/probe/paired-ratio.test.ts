import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, pairedRatio } from '../../../src/probe/paired-ratio.ts';

test('twice as fast in every round is a ratio of exactly 2 without doubt', () => {
  const pairs = [100, 200, 300].map((b) => ({ a: 2 * b, b }));
  const { ratio, low, high, cv, conclusive } = pairedRatio(pairs);
  expect([ratio, low, high, cv].map((value) => Number(value.toFixed(9)))).toEqual([2, 2, 2, 0]);
  expect(conclusive).toBe(true);
});

test('the interval is that of the t distribution over the logarithms', () => {
  // Logarithms 0, 1, 2: mean 1, deviation 1, and t(0.975, 2) = 4.303.
  const pairs = [1, Math.E, Math.E ** 2].map((a) => ({ a, b: 1 }));
  const { ratio, low, high } = pairedRatio(pairs);
  expect(Math.log(ratio)).toBeCloseTo(1, 9);
  expect(Math.log(low)).toBeCloseTo(1 - 4.303 / Math.sqrt(3), 9);
  expect(Math.log(high)).toBeCloseTo(1 + 4.303 / Math.sqrt(3), 9);
});

test('a difference smaller than the noise is not conclusive', () => {
  const pairs = [1.2, 0.8, 1.1, 0.9, 1.15, 0.95].map((a) => ({ a, b: 1 }));
  expect(pairedRatio(pairs)).toMatchObject({ conclusive: false });
});

test('the same small difference without the noise is conclusive', () => {
  const pairs = [1.02, 1.021, 1.019, 1.02].map((a) => ({ a, b: 1 }));
  expect(pairedRatio(pairs).conclusive).toBe(true);
});

test('one pair, a zero and an infinity are no measurement', () => {
  expect(() => pairedRatio([{ a: 1, b: 1 }])).toThrow(RangeError);
  expect(() =>
    pairedRatio([
      { a: 0, b: 1 },
      { a: 1, b: 1 },
    ]),
  ).toThrow(RangeError);
  expect(() =>
    pairedRatio([
      { a: 1, b: 0 },
      { a: 1, b: 1 },
    ]),
  ).toThrow(RangeError);
});

test('swapping A and B inverts ratio and interval', () => {
  const rate = fc.double({ min: 1, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.record({ a: rate, b: rate }), { minLength: 2, maxLength: 40 }), (pairs) => {
      const there = pairedRatio(pairs);
      const back = pairedRatio(pairs.map(({ a, b }) => ({ a: b, b: a })));
      expect(back.ratio * there.ratio).toBeCloseTo(1, 6);
      expect(there.low).toBeLessThanOrEqual(there.ratio * (1 + 1e-9));
      expect(back.conclusive).toBe(there.conclusive);
    }),
  );
});

test.each([
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});
