// A block of code: coloured, never wrapped, with a bar at its left and a line above that says where to type it.

import { sanitize, sanitizeLine } from '../../workshop/sanitize.ts';
import { highlight } from './highlight.ts';
import { expandTabs, type Paint } from './paint.ts';

/** @param above what is said above the code; '' for nothing */
export function renderCodeBlock(code: string, language: string, above: string, paint: Paint): readonly string[] {
  const bar = paint('dim', '│');
  const lines = highlight(codeLines(code).join('\n'), language, paint)
    .split('\n')
    .map((line) => `  ${bar} ${line}`.trimEnd());
  return above === '' ? lines : [`  ${paint('dim', sanitizeLine(above))}`, ...lines];
}

/** Lines without control characters and tabs; the final newline ends the last one. */
export function codeLines(code: string): readonly string[] {
  return expandTabs(sanitize(code)).replace(/\n$/, '').split('\n');
}

/** @param on as a lab file has it: '' is left to the reader, `each` is every node */
export function describePlace(on: string): string {
  if (on === '') return '';
  return `on ${on === 'each' ? 'each node' : sanitizeLine(on)}`;
}
