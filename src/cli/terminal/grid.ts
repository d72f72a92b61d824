// Lays out cells in aligned columns that fit a width; the tables of verbs, of Markdown and of evidence are made of it.

import { pad, widthOf, wrap } from './text-width.ts';

export type Align = 'left' | 'right' | 'center';

export interface Grid {
  /** The lines of each row; a cell that doesn't fit is wrapped, nothing is cut off. */
  readonly rows: readonly (readonly string[])[];
  /** Columns of the whole, for whoever draws a rule. */
  readonly width: number;
}

const gap = '  ';
const narrowest = 6;

/**
 * @param rows cells already painted and clean; a short row is filled with empty cells
 * @param aligns one for each column
 */
export function layOutGrid(rows: readonly (readonly string[])[], aligns: readonly Align[], width: number): Grid {
  const gaps = gap.length * (aligns.length - 1);
  const natural = aligns.map((_, index) => Math.max(1, ...rows.map((row) => widthOf(row[index] ?? ''))));
  const widths = fitWidths(natural, width - gaps);
  return {
    rows: rows.map((row) => layOutRow(row, widths, aligns)),
    width: widths.reduce((sum, one) => sum + one, gaps),
  };
}

function layOutRow(row: readonly string[], widths: readonly number[], aligns: readonly Align[]): readonly string[] {
  const cells = widths.map((columns, index) => wrap(row[index] ?? '', columns, { hard: true }));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    widths
      .map((columns, index) => pad(cells[index]?.[line] ?? '', columns, aligns[index]))
      .join(gap)
      .trimEnd(),
  );
}

/** Takes from the widest column first, down to a few columns each; beyond that the table is wider than asked for. */
function fitWidths(natural: readonly number[], available: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, 0) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    const next = Math.max(narrowest, ...widths.filter((one) => one < widest));
    const taken = Math.min(excess, Math.max(1, widest - next));
    widths[widths.indexOf(widest)] = widest - taken;
    excess -= taken;
  }
  return widths;
}
