// Holds data to a schema, reports every deviation with its place, and leaves the deviating parts out.

import * as v from 'valibot';
import { nearest } from './nearest.ts';
import { type Path, type Problems, renderPath } from './problems.ts';

/** A schema as far as this file looks into one. */
interface Shape {
  readonly message?: unknown;
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly value?: Shape;
  readonly item?: Shape;
  readonly options?: readonly unknown[];
}

/** Unknown keys are found one by one, so a file of nothing else would take for ever. */
const maxRounds = 100;

/**
 * Reports what `data` has that `schema` doesn't allow.
 *
 * @param leftOut gets the paths (joined with NUL) of the values that were left out
 * @returns a copy of the data without them; in a list they become undefined, so that the others keep their indexes
 */
export function checkShape(
  schema: v.GenericSchema,
  data: unknown,
  base: Path,
  problems: Problems,
  leftOut: Set<string>,
): { value: Readonly<Record<string, unknown>> } {
  const holder = { root: structuredClone(data) };
  const seen = new Set<string>();
  const takeOut = (deviation: Deviation) => {
    seen.add(deviation.path.join('\0'));
    report(deviation, schema as Shape, base, problems);
    if (deviation.kind === 'badKey') return;
    removeAt(holder, ['root', ...deviation.path]);
    leftOut.add([...base, ...deviation.path].join('\0'));
  };
  for (const deviation of listsForMaps(schema as Shape, data, [])) takeOut(deviation);
  for (let round = 0; round < maxRounds; round++) {
    const deviations = v.safeParse(schema, holder.root).issues?.flatMap((issue) => deviationsOf(issue, [])) ?? [];
    const fresh = deviations.filter(({ path }) => !isInside(path, seen));
    if (fresh.length === 0) break;
    for (const deviation of fresh) takeOut(deviation);
  }
  const isMap = typeof holder.root === 'object' && holder.root !== null && !Array.isArray(holder.root);
  return { value: isMap ? (holder.root as Record<string, unknown>) : {} };
}

interface Deviation {
  readonly kind: 'unknown' | 'missing' | 'badKey' | 'invalid';
  readonly path: Path;
  readonly input: unknown;
  /** The schema's noun phrase: what should be there. */
  readonly phrase: string;
}

/** Lists where a map should be: for valibot's object schemas a list is an object too. */
function listsForMaps(shape: Shape | undefined, data: unknown, path: Path): readonly Deviation[] {
  if (shape === undefined || typeof data !== 'object' || data === null) return [];
  const unwrapped = shapeAt(shape, []) as Shape;
  const forms = [unwrapped, ...((unwrapped.options ?? []) as readonly Shape[])];
  const isMap = forms.some(({ entries, value }) => entries !== undefined || value !== undefined);
  if (Array.isArray(data) && isMap && forms.every(({ item }) => item === undefined)) {
    return [{ kind: 'invalid', path, input: data, phrase: String(unwrapped.message) }];
  }
  const children: [string | number, unknown][] = Array.isArray(data) ? [...data.entries()] : Object.entries(data);
  return children.flatMap(([key, child]) => listsForMaps(shapeAt(unwrapped, [key]), child, [...path, key]));
}

/** One issue of valibot as deviations: of a union's branches, only the one that has the form of the input counts. */
function deviationsOf(issue: v.BaseIssue<unknown>, base: Path): readonly Deviation[] {
  const path = [...base, ...(issue.path ?? []).map((item) => item.key as string | number)];
  if (issue.type === 'union' && issue.issues !== undefined) {
    const form = Array.isArray(issue.input) ? 'array' : 'object';
    const branch = issue.issues.filter((inner) => inner.path?.[0].type === form);
    if (branch.length > 0) return branch.flatMap((inner) => deviationsOf(inner, path));
  }
  const isAboutKey = issue.path?.at(-1)?.origin === 'key';
  const kind = !isAboutKey ? 'invalid' : issue.expected === 'never' ? 'unknown' : 'missing';
  return [
    {
      kind: isAboutKey && issue.kind === 'validation' ? 'badKey' : kind,
      path,
      input: issue.input,
      phrase: issue.message,
    },
  ];
}

function report({ kind, path, input, phrase }: Deviation, schema: Shape, base: Path, problems: Problems): void {
  const here = [...base, ...path];
  const parent = here.slice(0, -1);
  const key = String(path.at(-1));
  const siblings = entriesOf(shapeAt(schema, path.slice(0, -1)));
  if (kind === 'unknown') {
    const meant = nearest(key, Object.keys(siblings));
    const hint = meant === undefined ? `Use one of ${Object.keys(siblings).join(', ')}.` : `Write ${meant}.`;
    const where =
      parent.length === 0 || (parent.length === 1 && parent[0] === 'config') ? '' : ` in ${renderPath(parent)}`;
    problems.error(here, `unknown key ${key}${where}`, hint, 'key');
  } else if (kind === 'missing') {
    const wanted = siblings[key]?.message;
    const hint = typeof wanted === 'string' ? `Add ${key}: ${wanted}.` : `Add ${key}.`;
    problems.error(parent, `${renderPath(parent)} has no ${key}`, hint, 'key');
  } else {
    const [what = ''] = phrase.split(' such as ');
    const options = shapeAt(schema, path)?.options ?? [];
    const names = options.filter((option) => typeof option === 'string');
    const meant = typeof input === 'string' ? nearest(input, names) : undefined;
    const subject = kind === 'badKey' || here.length === 0 ? '' : `${renderPath(here)}: `;
    const at = kind === 'badKey' ? 'key' : 'value';
    problems.error(here, `${subject}${show(input)} is not ${what}`, `Write ${meant ?? phrase}.`, at);
  }
}

/** The part of a schema that is about the value at a path. */
function shapeAt(schema: Shape | undefined, path: Path): Shape | undefined {
  if (schema?.wrapped !== undefined) return shapeAt(schema.wrapped, path);
  const [key, ...rest] = path;
  if (schema === undefined || key === undefined) return schema;
  if (schema.options !== undefined) {
    const branches = (schema.options as readonly Shape[]).map((option) => shapeAt(option, path));
    return branches.find((branch) => branch !== undefined);
  }
  if (typeof key === 'number') return shapeAt(schema.item, rest);
  return shapeAt(schema.entries === undefined ? schema.value : schema.entries[key], rest);
}

function entriesOf(shape: Shape | undefined): Readonly<Record<string, Shape>> {
  const shapes = [shape, ...((shape?.options ?? []) as readonly Shape[])];
  return shapes.find((one) => one?.entries !== undefined)?.entries ?? {};
}

function isInside(path: Path, seen: ReadonlySet<string>): boolean {
  return path.some((_, n) => seen.has(path.slice(0, n + 1).join('\0'))) || (path.length === 0 && seen.has(''));
}

function removeAt(data: object, path: Path): void {
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], data);
  const key = path.at(-1) as string;
  if (Array.isArray(parent)) parent[Number(key)] = undefined;
  else if (typeof parent === 'object' && parent !== null) delete (parent as Record<string, unknown>)[key];
}

function show(value: unknown): string {
  if (value === null) return 'an empty value';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
