// Values with a unit, as people write them in a stack file.

export const delayPattern = /^\d{1,9}(\.\d{1,3})?(us|ms|s)$/;
export const lossPattern = /^\d{1,3}(\.\d{1,4})?%$/;
export const ratePattern = /^\d{1,9}(\.\d{1,3})?(kbit|mbit|gbit)$/;
export const memoryPattern = /^\d{1,7}(MiB|GiB)$/;

/** Milliseconds in `20ms`, `1.5s`, `100us`. @param text matches delayPattern */
export function parseDelayMs(text: string): number {
  return scaled(text, { us: 0.001, ms: 1, s: 1000 });
}

/** 0.5 for `0.5%`. @param text matches lossPattern */
export function parseLossPercent(text: string): number {
  return scaled(text, { '%': 1 });
}

/** Kilobits per second in `64kbit`, `1.5mbit`, `1gbit`; thousands, as in tc. @param text matches ratePattern */
export function parseRateKbit(text: string): number {
  return scaled(text, { kbit: 1, mbit: 1000, gbit: 1_000_000 });
}

/** Mebibytes in `512MiB`, `2GiB`. @param text matches memoryPattern */
export function parseMemoryMiB(text: string): number {
  return scaled(text, { MiB: 1, GiB: 1024 });
}

/** `20ms`, `1.5s`, `500us` */
export function renderDelay(ms: number): string {
  if (ms >= 1000) return `${ms / 1000}s`;
  return ms >= 1 || ms === 0 ? `${ms}ms` : `${Number((ms * 1000).toFixed(3))}us`;
}

/** `64kbit`, `100mbit`, `1gbit` */
export function renderRate(kbit: number): string {
  if (kbit >= 1_000_000) return `${kbit / 1_000_000}gbit`;
  return kbit >= 1000 ? `${kbit / 1000}mbit` : `${kbit}kbit`;
}

/** `512MiB`, `2GiB` */
export function renderMemory(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024}GiB` : `${mib}MiB`;
}

function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const number = Number.parseFloat(text);
  const factor = units[/[a-zA-Z%]+$/.exec(text)?.[0] ?? ''] ?? Number.NaN;
  // Three decimals at most are written, so this only removes binary noise: 1.1s is 1100, not 1100.0000000000002.
  return Number((number * factor).toFixed(6));
}
