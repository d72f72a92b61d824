// Puts values into text: `${expression}` in a diagnosis, `${NAME}` in prose and in the arguments of a probe.

import type { Json } from '../probe/probe.ts';
import { compileExpression, evaluate, type Names, type Result, type Values } from './expression.ts';
import { sanitizeLine } from './sanitize.ts';

/** The expressions of a text in order, each with the offset of its `${`; a `${` that never closes is left alone. */
export function expressionsIn(
  text: string,
): readonly { readonly source: string; readonly start: number; readonly end: number }[] {
  const found: { source: string; start: number; end: number }[] = [];
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', start + 2)) {
    const end = closingBrace(text, start + 2);
    if (end < 0) break;
    found.push({ source: text.slice(start + 2, end).trim(), start, end: end + 1 });
    start = end - 1;
  }
  return found;
}

/** Why one of the text's expressions does not compile, or '' when all do. */
export function interpolationProblem(text: string, names: Names): string {
  for (const { source } of expressionsIn(text)) {
    const compiled = compileExpression(source, names);
    if (!compiled.ok) return `\${${source}}: ${compiled.message}`;
  }
  return '';
}

/** The text with every `${expression}` replaced by its value, cleaned for a terminal. */
export function interpolate(text: string, values: Values): Result<string> {
  let filled = '';
  let position = 0;
  for (const { source, start, end } of expressionsIn(text)) {
    const result = evaluate(source, values);
    if (!result.ok) return { ok: false, message: `\${${source}}: ${result.message}` };
    filled += text.slice(position, start) + renderValue(result.value);
    position = end;
  }
  return { ok: true, value: filled + text.slice(position) };
}

/** A value as it stands in a sentence. Fractions keep three digits: more is never meant. */
export function renderValue(value: Json): string {
  if (typeof value === 'string') return sanitizeLine(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(3)));
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(renderValue).join(', ');
  return sanitizeLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function closingBrace(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && depth-- === 0) return at;
  }
  return -1;
}
