// Lays out cells in aligned columns that fit a width; the tables of verbs, of Markdown and of evidence are made of it.

import { pad, widthOf, wrap } from './text-width.ts';

export type Align = 'left' | 'right' | 'center';

const gap = '  ';
const narrowest = 6;

/**
 * Lines of a table; a cell that doesn't fit is wrapped, nothing is cut off.
 *
 * @param rows cells already painted and clean; a short row is filled with empty cells
 * @param aligns one for each column
 */
export function layOutGrid(rows: readonly (readonly string[])[], aligns: readonly Align[], width: number): readonly string[] {
  const widths = fitWidths(naturalWidths(rows, aligns.length), width - gap.length * (aligns.length - 1));
  return rows.flatMap((row) => {
    const cells = widths.map((columns, index) => wrap(row[index] ?? '', columns, { hard: true }));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, index) => pad(lines[line] ?? '', widths[index] ?? 0, aligns[index] ?? 'left'))
        .join(gap)
        .trimEnd(),
    );
  });
}

/** Columns that each column of the grid takes, for whoever draws a rule below the head. */
export function gridWidth(rows: readonly (readonly string[])[], columns: number, width: number): number {
  const widths = fitWidths(naturalWidths(rows, columns), width - gap.length * (columns - 1));
  return widths.reduce((sum, one) => sum + one, gap.length * (columns - 1));
}

function naturalWidths(rows: readonly (readonly string[])[], columns: number): number[] {
  return Array.from({ length: columns }, (_, index) => Math.max(1, ...rows.map((row) => widthOf(row[index] ?? ''))));
}

/** Takes from the widest column first, down to a few columns each; beyond that the table is wider than asked for. */
function fitWidths(natural: readonly number[], available: number): readonly number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, one) => sum + one, 0) - available; excess > 0; ) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    const next = Math.max(narrowest, ...widths.filter((one) => one < widest));
    const index = widths.indexOf(widest);
    const taken = Math.min(excess, Math.max(1, widest - next));
    widths[index] = widest - taken;
    excess -= taken;
  }
  return widths;
}
