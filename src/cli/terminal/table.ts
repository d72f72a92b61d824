// The small table that verbs print.

import { sanitizeLine } from '../../workshop/sanitize.ts';
import { type Align, layOutGrid } from './grid.ts';
import { createPaint } from './paint.ts';

export interface TableFormat {
  readonly color: boolean;
  /** Columns; 0 is as wide as it needs to be. */
  readonly width: number;
}

/**
 * A head and aligned rows, without a final newline. Columns of numbers stand to the right. Control characters of cells
 * are taken out, a cell that doesn't fit is wrapped.
 */
export function renderTable(
  rows: readonly (readonly string[])[],
  columns: readonly string[],
  { color, width }: TableFormat = { color: false, width: 0 },
): string {
  const paint = createPaint(color);
  const clean = rows.map((row) => columns.map((_, index) => sanitizeLine(row[index] ?? '')));
  const aligns = columns.map((_, index): Align => alignOf(clean.map((row) => row[index] ?? '')));
  const head = columns.map((column) => paint('bold', column));
  return layOutGrid([head, ...clean], aligns, width === 0 ? Number.MAX_SAFE_INTEGER : width)
    .rows.flat()
    .join('\n');
}

function alignOf(cells: readonly string[]): Align {
  const filled = cells.filter((cell) => cell !== '');
  return filled.length > 0 && filled.every((cell) => /^-?\d[\d.,]*$/.test(cell)) ? 'right' : 'left';
}
