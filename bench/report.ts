// What a benchmark hands back, and how it is written: for the terminal and for docs/benchmarks.md.

import type { Spread } from './timing.ts';

export interface Section {
  /** The part of docs/benchmarks.md that it replaces: the name of the benchmark. */
  readonly name: string;
  /** Markdown: tables from `table`, and sentences; none when nothing was measured. */
  readonly parts: readonly string[];
  /** Why nothing was measured, with what to do. */
  readonly fault?: string;
  /** Every measured value, for --json. */
  readonly data?: object;
}

/** A Markdown table with its columns aligned, so that it can be read in a terminal too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, n) => Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => pad(cell, widths[n] ?? 0, n)).join(' | ')} |`;
  const rule = widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** `123 (120–140)`: median, minimum and maximum. */
export function milliseconds({ median, min, max }: Spread): string {
  const digits = median < 20 ? 1 : 0;
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** The same in seconds. */
export function seconds({ median, min, max }: Spread): string {
  return [median, min, max]
    .map((ms) => (ms / 1000).toFixed(2))
    .join(' ')
    .replace(/ (.*) (.*)/, ' ($1–$2)');
}

export function ratio({ median, min, max }: Spread, digits = 1): string {
  return `${median.toFixed(digits)}× (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** The page with one section's text exchanged for a new one. */
export function replaceSection(page: string, { name, parts }: Section): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/benchmarks.md has no section ${begin} … ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${parts.join('\n\n')}\n\n${page.slice(to)}`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
