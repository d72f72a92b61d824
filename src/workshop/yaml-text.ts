// Reads a piece of YAML inside a lab file against a schema, with every problem at its line of the file.

import * as v from 'valibot';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Place, Problem } from '../error.ts';
import { suggest } from './suggest.ts';

/** A key or index on the way to a value. */
export type Path = readonly (string | number)[];

export interface YamlText {
  readonly file: string;
  readonly text: string;
  /** Line of the file on which `text` begins, from 1. */
  readonly firstLine: number;
}

export interface YamlRead<T> {
  /** Undefined when there were problems. */
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  /** Where the value (or, failing that, the nearest thing around it) stands in the file. */
  placeOf(path: Path): Place;
}

/**
 * Core schema, no aliases, no tags, nothing executed. A key that the schema does not know is a problem with the
 * nearest known key as its hint.
 */
export function readYaml<T>(source: YamlText, schema: v.GenericSchema<unknown, T>): YamlRead<T> {
  const lines = new LineCounter();
  const document = parseDocument(source.text, {
    schema: 'core',
    version: '1.2',
    merge: false,
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line: source.firstLine + Math.max(line, 1) - 1, column: Math.max(col, 1) };
  };
  const placeOf = (path: Path): Place => place(offsetOf(document, path));
  const failed = (problems: readonly Problem[]): YamlRead<T> => ({ value: undefined, problems, placeOf });

  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0) {
    return failed(complaints.map((error) => problem(place(error.pos[0]), `not YAML: ${error.message}`, '')));
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return failed([problem(placeOf([]), `not YAML: ${error instanceof Error ? error.message : String(error)}`, '')]);
  }
  if (data === null) return failed([problem(placeOf([]), 'there is nothing in this block', '')]);
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return { value: parsed.output, problems: [], placeOf };
  return failed(parsed.issues.flatMap((issue) => flatten(issue)).map((issue) => issueProblem(issue, schema, placeOf)));
}

/** The schema's complaints about data that does not come from YAML text of its own, each at `placeOf` its path. */
export function schemaProblems(
  schema: v.GenericSchema,
  data: unknown,
  placeOf: (path: Path) => Place,
): readonly Problem[] {
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return [];
  return parsed.issues.flatMap((issue) => flatten(issue)).map((issue) => issueProblem(issue, schema, placeOf));
}

const problem = (place: Place, message: string, hint: string): Problem => ({
  ...place,
  severity: 'error',
  message,
  hint,
});

type Issue = v.BaseIssue<unknown>;

/** Of a union, the complaints of the alternative that came furthest: the one that was probably meant. */
function flatten(issue: Issue): readonly Issue[] {
  if (issue.type !== 'union' || issue.issues === undefined || issue.issues.length === 0) return [issue];
  const rules = issue.issues.filter((inner) => inner.kind === 'validation');
  if (rules.length > 0) return rules.map((inner) => within(issue, inner));
  // A message of the schema's own says more than what each alternative missed.
  if (!issue.message.startsWith('Invalid ')) return [issue];
  const depth = Math.max(...issue.issues.map((inner) => inner.path?.length ?? 0));
  if (depth === 0) return [issue];
  return issue.issues.filter((inner) => (inner.path?.length ?? 0) === depth).map((inner) => within(issue, inner));
}

/** Valibot gives the path of an alternative's complaint relative to the union. */
function within(outer: Issue, inner: Issue): Issue {
  const path = [...(outer.path ?? []), ...(inner.path ?? [])];
  return path.length === 0 ? inner : { ...inner, path: path as unknown as NonNullable<Issue['path']> };
}

function issueProblem(issue: Issue, schema: v.GenericSchema, placeOf: (path: Path) => Place): Problem {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const name = path.join('.') || 'this';
  const key = path.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const hint = suggest(String(key), knownKeys(schema, path.slice(0, -1)));
    return problem(placeOf(path), `\`${name}\` is not known here`, hint);
  }
  if (issue.received === 'undefined' && issue.type.endsWith('object')) {
    return problem(placeOf(path.slice(0, -1)), `\`${name}\` is missing`, `Add \`${String(key)}:\`.`);
  }
  const own = issue.kind === 'validation' || !issue.message.startsWith('Invalid ');
  const message = own ? issue.message : `expected ${issue.expected ?? 'something else'}, not ${issue.received}`;
  return problem(placeOf(path), `\`${name}\`: ${message}`, '');
}

/** Keys of the object schema at `path`; empty when the way there leads through anything but objects and lists. */
function knownKeys(schema: v.GenericSchema, path: Path): readonly string[] {
  let here: unknown = schema;
  for (const key of path) {
    here = unwrap(here);
    const { entries, item } = here as { entries?: Record<string, unknown>; item?: unknown };
    here = typeof key === 'number' ? item : entries?.[key];
  }
  const { entries } = (unwrap(here) ?? {}) as { entries?: Record<string, unknown> };
  return entries === undefined ? [] : Object.keys(entries);
}

function unwrap(schema: unknown): unknown {
  let here = schema as { wrapped?: unknown } | undefined;
  while (here?.wrapped !== undefined) here = here.wrapped as { wrapped?: unknown };
  return here;
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isNode(node) && 'items' in node && typeof key === 'number') {
      node = (node.items as unknown[])[key];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
