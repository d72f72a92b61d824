// Evidence laid out for reading: the question that was put to the system, and all of the answer.

import wrapAnsi from 'wrap-ansi';
import type { Json } from '../../probe/probe.ts';
import type { Evidence } from '../../workshop/exercise.ts';
import { sanitize } from '../../workshop/sanitize.ts';
import { type Format, paint } from './style.ts';
import { renderTable } from './table.ts';

/** Never shortened: a verdict must be open to doubt. */
export function renderEvidence(evidence: readonly Evidence[], format: Format): string {
  return evidence.map((one) => renderOne(one, format)).join('\n');
}

function renderOne({ probe, args, observation }: Evidence, format: Format): string {
  const question = Object.entries(args).map(([name, value]) => `${name}=${inline(value)}`);
  const head = paint(format, 'dim', [probe, ...question].join(' '));
  const width = Math.max(...Object.keys(observation).map((name) => name.length), 0);
  const lines = Object.entries(observation).flatMap(([name, value]) => field(name, value, width, format));
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}

function field(name: string, value: Json, width: number, format: Format): readonly string[] {
  const label = `${paint(format, 'cyan', name.padEnd(width))}  `;
  const rows = tableRows(value);
  if (rows !== undefined) return [label.trimEnd(), ...rows.map((row) => `    ${row}`)];
  const [first = '', ...more] = wrapAnsi(inline(value), Math.max(20, format.width - width - 4), { hard: true }).split(
    '\n',
  );
  return [`${label}${first}`, ...more.map((line) => `${' '.repeat(width + 2)}${line}`)];
}

/** A list of objects with the same fields reads best as a table. */
function tableRows(value: Json): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return undefined;
  const columns = [...new Set(value.flatMap((item) => Object.keys(item)))];
  const rows = value.map((item) => columns.map((column) => inline(item[column] ?? '')));
  return renderTable(rows, columns).split('\n');
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inline(value: Json): string {
  if (typeof value === 'string') return sanitize(value).replaceAll('\n', ' ⏎ ');
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(inline).join(', ');
  if (isObject(value))
    return Object.entries(value)
      .map(([key, item]) => `${key}=${inline(item)}`)
      .join(' ');
  return String(value);
}
