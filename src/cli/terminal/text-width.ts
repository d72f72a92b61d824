// Columns that text takes on a terminal: measuring, wrapping, padding.

import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Columns of the widest line; styles count nothing, wide characters two. */
export function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => stringWidth(line)));
}

/** Lines of at most `width` columns, broken at spaces. A longer word stays whole unless `hard` is set. */
export function wrap(text: string, width: number, { hard = false } = {}): readonly string[] {
  return wrapAnsi(text, Math.max(1, width), { hard }).split('\n');
}

/** The text with spaces after it, or before it, up to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' | 'center' = 'left'): string {
  const missing = Math.max(0, width - stringWidth(text));
  if (align === 'right') return ' '.repeat(missing) + text;
  if (align === 'center') return ' '.repeat(missing >> 1) + text + ' '.repeat(missing - (missing >> 1));
  return text + ' '.repeat(missing);
}
