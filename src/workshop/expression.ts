// The expressions of a lab file: CEL, compiled once, bounded, over plain JSON data.

import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Json } from '../probe/probe.ts';

/** What an expression may name; which of them exist depends on where it stands. */
export type Names = readonly ('given' | 'truth' | 'probe' | 'it' | 'vars')[];

export type Values = Readonly<Record<string, Json>>;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export interface Expression {
  /** Free names and the dotted paths that start with them: `probe`, `probe.count`. */
  readonly uses: ReadonlySet<string>;
  /** CEL's static type: `bool`, `int`, `string`, `dyn` where only running it will tell. */
  readonly type: string;
  /** Never throws. Numbers come back as JavaScript numbers, whatever CEL made of them. */
  evaluate(values: Values): Result<Json>;
}

// A lab is untrusted. Within these limits the costliest expression over the largest observation stays below a second.
const maxLength = 1000;
const maxComprehensions = 3;
const limits = { maxAstNodes: 400, maxDepth: 40, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 8 };
const comprehensions = new Set([
  'all',
  'exists',
  'exists_one',
  'map',
  'filter',
  'transformList',
  'transformMap',
  'bind',
]);

/**
 * Compiles `source`, or says why it cannot be: syntax, an unknown name, a static type error, or too large.
 *
 * Every number of the data is a CEL double, whole or not, and an author's `2` is an int: CEL compares the two by value
 * and podlab computes with them as doubles. So `it.count == 2`, `it.ratio > 1.05`, `truth + 1` and `it.count / 2` mean
 * what they say; only two literal ints divide as ints.
 */
export function compileExpression(source: string, names: Names): Result<Expression> {
  const key = `${names.join(' ')}\n${source}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const result = compile(source, names);
  if (compiled.size >= 1000) compiled.clear();
  compiled.set(key, result);
  return result;
}

/** Compiles (or finds) and evaluates in one go. */
export function evaluate(source: string, values: Values): Result<Json> {
  const expression = compileExpression(source, Object.keys(values).sort() as unknown as Names);
  return expression.ok ? expression.value.evaluate(values) : expression;
}

/** True or false, or why it is neither. */
export function condition(source: string, values: Values): boolean | string {
  const result = evaluate(source, values);
  if (!result.ok) return result.message;
  return typeof result.value === 'boolean' ? result.value : `\`${source}\` is neither true nor false`;
}

const compiled = new Map<string, Result<Expression>>();
const environments = new Map<string, Environment>();

function compile(source: string, names: Names): Result<Expression> {
  if (source.length > maxLength) return no(`the expression has more than ${maxLength} characters`);
  try {
    const program = environmentFor(names).parse(source);
    const { uses, calls } = namesIn(program.ast);
    // JavaScript's regular expressions can take exponential time, and nothing can stop them.
    if (calls.includes('matches')) return no('`matches` is not available; use startsWith, endsWith, contains or ==');
    if (calls.filter((call) => comprehensions.has(call)).length > maxComprehensions) {
      return no(`more than ${maxComprehensions} of exists, all, map and filter in one expression`);
    }
    const checked = program.check();
    if (!checked.valid) return no(reason(checked.error));
    return {
      ok: true,
      value: {
        uses,
        type: checked.type ?? 'dyn',
        evaluate: (values) => {
          try {
            return { ok: true, value: toJson(program({ ...values })) };
          } catch (error) {
            return no(reason(error));
          }
        },
      },
    };
  } catch (error) {
    return no(reason(error));
  }
}

function environmentFor(names: Names): Environment {
  const key = names.join(' ');
  const known = environments.get(key);
  if (known !== undefined) return known;
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits,
  });
  for (const name of names) environment.registerVariable(name, 'dyn');
  for (const [operator, apply] of mixedOperators) {
    environment.registerOperator(`int ${operator} double: double`, (a, b) => apply(Number(a), Number(b)));
    environment.registerOperator(`double ${operator} int: double`, (a, b) => apply(Number(a), Number(b)));
  }
  environment.registerOperator('double % double: double', (a, b) => Number(a) % Number(b));
  environments.set(key, environment);
  return environment;
}

// CEL has no arithmetic between int and double; an author who writes `truth + 1` should not have to know.
const mixedOperators: readonly (readonly [string, (a: number, b: number) => number])[] = [
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
];

/** Names bound by a comprehension are not told apart from free ones: `x` can only hide a name, never reveal one. */
function namesIn(ast: ASTNode): { uses: Set<string>; calls: string[] } {
  const uses = new Set<string>();
  const calls: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const part of node) visit(part);
      return;
    }
    if (typeof node !== 'object' || node === null || !('op' in node)) return;
    const { op, args } = node as ASTNode;
    if (op === 'id') uses.add(args as string);
    if (op === 'call' || op === 'rcall') calls.push((args as unknown[])[0] as string);
    const path = dottedPath(node as ASTNode);
    if (path !== '') uses.add(path);
    visit(args);
  };
  visit(ast);
  return { uses, calls };
}

function dottedPath(node: ASTNode): string {
  if (node.op === 'id') return node.args;
  if (node.op === '[]') {
    const [object, index] = node.args;
    const path = dottedPath(object);
    return path === '' || index.op !== 'value' ? '' : `${path}.${String(index.args)}`;
  }
  if (node.op !== '.' && node.op !== '.?') return '';
  const path = dottedPath(node.args[0]);
  return path === '' ? '' : `${path}.${String(node.args[1])}`;
}

function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, member]) => [String(key), toJson(member)]));
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value as object).map(([key, member]) => [key, toJson(member)]));
  }
  throw new Error('the expression gives a value that is neither text, number, truth value, list nor map');
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'summary' in error && typeof error.summary === 'string' ? error.summary : (error.message.split('\n')[0] ?? '');
}

const no = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message });
