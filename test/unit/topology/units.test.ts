// Values with a unit, read and written.

import { expect, test } from 'vitest';
import {
  delayPattern,
  lossPattern,
  memoryPattern,
  parseDelayMs,
  parseLossPercent,
  parseMemoryMiB,
  parseRateKbit,
  ratePattern,
  renderDelay,
  renderMemory,
  renderRate,
} from '../../../src/topology/units.ts';

test.each([
  [parseDelayMs, '20ms', 20],
  [parseDelayMs, '1.1s', 1100],
  [parseDelayMs, '100us', 0.1],
  [parseDelayMs, '0ms', 0],
  [parseLossPercent, '0.5%', 0.5],
  [parseRateKbit, '64kbit', 64],
  [parseRateKbit, '1.5mbit', 1500],
  [parseRateKbit, '10gbit', 10_000_000],
  [parseMemoryMiB, '512MiB', 512],
  [parseMemoryMiB, '2GiB', 2048],
])('%o reads %s as %d', (parse, text, value) => {
  expect(parse(text)).toBe(value);
});

test.each([
  [delayPattern, ['', '20', '20 ms', '-1ms', '.5ms', '1m', '20MS', '1e3ms']],
  [lossPattern, ['', '5', '5 %', '-1%', '0,5%']],
  [ratePattern, ['', '100', '100Mbit', '100mbps', '1 gbit']],
  [memoryPattern, ['', '2', '2GB', '2G', '0.5GiB', '2gib']],
])('%s refuses %j', (pattern, texts) => {
  expect(texts.filter((text) => pattern.test(text))).toEqual([]);
});

test.each([
  [renderDelay(0), '0ms'],
  [renderDelay(0.1), '100us'],
  [renderDelay(2.5), '2.5ms'],
  [renderDelay(1500), '1.5s'],
  [renderRate(64), '64kbit'],
  [renderRate(1500), '1.5mbit'],
  [renderRate(1_000_000), '1gbit'],
  [renderMemory(512), '512MiB'],
  [renderMemory(2048), '2GiB'],
])('%s is written %s', (text, expected) => {
  expect(text).toBe(expected);
});
