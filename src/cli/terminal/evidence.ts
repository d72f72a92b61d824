// What was seen, laid out to be read: every value of an observation, nothing shortened.

import type { Json } from '../../probe/probe.ts';
import type { Evidence } from '../../workshop/exercise.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { layOutGrid } from './grid.ts';
import type { Paint } from './paint.ts';
import { widthOf, wrap } from './text-width.ts';

type JsonObject = Readonly<Record<string, Json>>;

/** The probe and where it looked, then the observation below it. Lines without a final newline. */
export function renderEvidence({ probe, args, observation }: Evidence, width: number, paint: Paint): readonly string[] {
  const where = Object.entries(args).map(([key, value]) => `${sanitizeLine(key)} ${renderScalar(value)}`);
  const head = [paint('bold', sanitizeLine(probe)), ...where].join('  ');
  return [...indent(wrap(head, width), 2, 0), ...indent(renderObject(observation, width - 4, paint), 4)];
}

/** Plain values side by side, then the longer ones, each below its name. */
function renderObject(object: JsonObject, width: number, paint: Paint): readonly string[] {
  const entries = Object.entries(object);
  const short = entries.filter(([, value]) => isScalar(value) || isEmpty(value));
  const long = entries.filter(([, value]) => !isScalar(value) && !isEmpty(value));
  return [...renderPairs(short, width, paint), ...long.flatMap(([key, value]) => renderLong(key, value, width, paint))];
}

/** `count 1  first eth0`: pairs are never torn apart, so that a value can't be taken for the next one's name. */
function renderPairs(entries: readonly (readonly [string, Json])[], width: number, paint: Paint): readonly string[] {
  const lines: string[] = [];
  for (const [key, value] of entries) {
    const pair = `${paint('dim', sanitizeLine(key))} ${renderScalar(value)}`;
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + widthOf(pair) + 3 <= width) lines[lines.length - 1] = `${last}   ${pair}`;
    else lines.push(pair);
  }
  return lines.flatMap((line) => indent(wrap(line, width), 2, 0));
}

function renderLong(key: string, value: Json, width: number, paint: Paint): readonly string[] {
  const name = paint('dim', sanitizeLine(key));
  if (isList(value) && value.every(isScalar)) {
    const text = `${name} ${value.map(renderScalar).join(', ')}`;
    return indent(wrap(text, width - 2), 2, 0);
  }
  if (isList(value) && value.every(isObject)) return [name, ...indent(renderRows(value, width - 2, paint), 2)];
  if (isObject(value)) return [name, ...indent(renderObject(value, width - 2, paint), 2)];
  return indent(wrap(`${name} ${renderCell(value)}`, width - 2), 2, 0);
}

/** A list of objects is a table; its columns are all the fields that any of them has. */
function renderRows(objects: readonly JsonObject[], width: number, paint: Paint): readonly string[] {
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const head = columns.map((column) => paint('dim', sanitizeLine(column)));
  const rows = objects.map((object) => columns.map((column) => renderCell(object[column])));
  return layOutGrid(
    [head, ...rows],
    columns.map(() => 'left'),
    width,
  ).rows.flat();
}

function renderCell(value: Json | undefined): string {
  if (value === undefined) return '';
  if (isList(value)) return value.length === 0 ? 'none' : value.map(renderCell).join(', ');
  if (!isObject(value)) return renderScalar(value);
  return Object.entries(value)
    .map(([key, member]) => `${sanitizeLine(key)}=${renderCell(member)}`)
    .join(' ');
}

/** Empty values have a word, since nothing at all would look like a fault of the printer. */
function renderScalar(value: Json): string {
  if (typeof value === 'string') return value === '' ? '""' : sanitizeLine(value);
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(value) : isEmpty(value) ? 'none' : renderCell(value);
}

function indent(lines: readonly string[], columns: number, first = columns): readonly string[] {
  return lines.map((line, index) => `${' '.repeat(index === 0 ? first : columns)}${line}`.trimEnd());
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: Json): boolean => typeof value !== 'object' || value === null;
const isEmpty = (value: Json): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
