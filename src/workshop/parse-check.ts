// Makes a Check of a `yaml check` block: shape, probes and their arguments, and that every expression compiles.

import * as v from 'valibot';
import type { Place, Problem } from '../error.ts';
import type { Json, Probe } from '../probe/probe.ts';
import { askSchema, solveSchema, stateSchema } from './check-schema.ts';
import type { AskCheck, Check, Query, StateCheck, VarSpec } from './exercise.ts';
import { compileExpression, type Names } from './expression.ts';
import { expressionsIn, interpolationProblem } from './interpolate.ts';
import { suggest } from './suggest.ts';
import { fillJson, referencesIn, sampleVars } from './vars.ts';
import { type Path, readYaml, schemaProblems, type YamlRead, type YamlText } from './yaml-text.ts';

export interface CheckSurroundings {
  readonly probes: ReadonlyMap<string, Probe>;
  /** Undefined when the frontmatter could not be read: then nothing that hangs on variables is judged. */
  readonly vars: Readonly<Record<string, VarSpec>> | undefined;
}

export interface ParsedCheck {
  /** Undefined when the shape was wrong; expressions and probes may have problems although there is a check. */
  readonly check: Check | undefined;
  /** Ids of the tasks that this one builds upon. */
  readonly needs: readonly string[];
  readonly needsPlace: Place;
  readonly againPlace: Place;
  readonly problems: readonly Problem[];
}

// What an expression may name, by where it stands. Sorted, as `evaluate` sorts.
export const askNames: Names = ['given', 'probe', 'truth', 'vars'];
export const truthNames: Names = ['probe', 'truth', 'vars'];
export const stateNames: Names = ['it', 'vars'];

/** Reads `yaml check`. */
export function parseCheck(source: YamlText, surroundings: CheckSurroundings): ParsedCheck {
  const shape = readYaml(source, v.record(v.string(), v.unknown()));
  const here = shape.placeOf([]);
  const failed = (problems: readonly Problem[]): ParsedCheck => {
    return { check: undefined, needs: [], needsPlace: here, againPlace: here, problems };
  };
  if (shape.value === undefined) return failed(shape.problems);
  const isAsk = Object.hasOwn(shape.value, 'ask');
  if (isAsk === Object.hasOwn(shape.value, 'state')) {
    const message = isAsk ? 'a check has `ask` or `state`, not both' : 'a check needs `ask` or `state`';
    const hint = 'Write `ask` with `truth` for a question, `state` for a condition on the system.';
    return failed([{ ...here, severity: 'error', message, hint }]);
  }
  return isAsk ? parseAsk(source, surroundings, failed) : parseState(source, surroundings, failed);
}

/** Reads `yaml solve`: the expression that gives the answer, or '' with problems. */
export function parseSolution(
  source: YamlText,
  { vars }: CheckSurroundings,
): { readonly answer: string; readonly problems: readonly Problem[] } {
  const read = readYaml(source, solveSchema);
  if (read.value === undefined) return { answer: '', problems: read.problems };
  const lint = new Lint(read, vars);
  lint.answer(['answer'], read.value.answer);
  return { answer: read.value.answer, problems: lint.problems };
}

function parseAsk(
  source: YamlText,
  { probes, vars }: CheckSurroundings,
  failed: (problems: readonly Problem[]) => ParsedCheck,
): ParsedCheck {
  const read = readYaml(source, askSchema);
  if (read.value === undefined) return failed(read.problems);
  const { ask, truth, unsure = '', diagnose, needs, again = '', wrong } = read.value;
  const lint = new Lint(read, vars);
  const { probe, take, ...args } = truth;
  const query = lint.query(['truth'], probe, args, probes);
  const known = probes.get(probe);
  if (known !== undefined) lint.take(known, take);
  if (ask.type === 'choice' && ask.choices.length < 2)
    lint.complain(['ask'], 'a choice needs at least two `choices`', '');
  if (ask.type !== 'number' && (ask.unit !== '' || ask.within !== 0)) {
    lint.complain(['ask'], '`unit` and `within` are for numbers', 'Write `type: number`.');
  }
  if (unsure !== '') lint.expression(['unsure'], unsure, truthNames);
  for (const [index, { when, say }] of diagnose.entries()) {
    lint.expression(['diagnose', index, 'when'], when, askNames);
    lint.text(['diagnose', index, 'say'], say, askNames);
    if (
      again === '' &&
      leaks([when, ...expressionsIn(say).map((one) => one.source)], take === '' ? (known?.take ?? '') : take)
    ) {
      const hint = 'Add `again: NAME` and a `sh perturb=NAME` block, so that the answer changes afterwards.';
      lint.complain(['diagnose', index, 'when'], 'this diagnosis gives the answer away', hint);
    }
  }
  for (const [index, { give, when }] of wrong.entries()) {
    lint.answer(['wrong', index, 'give'], give);
    if (when !== undefined) lint.expression(['wrong', index, 'when'], when, truthNames);
  }
  const check: AskCheck = {
    kind: 'ask',
    ask,
    truth: { ...query, take },
    unsure,
    diagnose: diagnose.map((one, index) => ({ ...one, place: read.placeOf(['diagnose', index, 'when']) })),
    again,
    wrong: wrong.map(({ when = '', ...one }, index) => ({ ...one, when, place: read.placeOf(['wrong', index]) })),
  };
  return finish(check, needs, read, lint);
}

function parseState(
  source: YamlText,
  { probes, vars }: CheckSurroundings,
  failed: (problems: readonly Problem[]) => ParsedCheck,
): ParsedCheck {
  const read = readYaml(source, stateSchema);
  if (read.value === undefined) return failed(read.problems);
  const { state, wait, hold, needs, again = '' } = read.value;
  const lint = new Lint(read, vars);
  const clauses = state.map(({ probe, is, id, say, unsure = '', ...args }, index) => {
    const query = lint.query(['state', index], probe, args, probes);
    lint.expression(['state', index, 'is'], is, stateNames);
    lint.text(['state', index, 'say'], say, stateNames);
    if (unsure !== '') lint.expression(['state', index, 'unsure'], unsure, stateNames);
    return { ...query, is, id, say, unsure };
  });
  const check: StateCheck = { kind: 'state', clauses, waitMs: wait, holdMs: hold, again };
  return finish(check, needs, read, lint);
}

function finish(check: Check, needs: readonly string[], read: YamlRead<unknown>, lint: Lint): ParsedCheck {
  const needsPlace = read.placeOf(['needs']);
  return { check, needs, needsPlace, againPlace: read.placeOf(['again']), problems: lint.problems };
}

/** Whether one of the expressions looks at the truth, under its own name or as the field it is taken from. */
function leaks(expressions: readonly string[], take: string): boolean {
  return expressions.some((source) => {
    const compiled = compileExpression(source, askNames);
    if (!compiled.ok) return false;
    return compiled.value.uses.has('truth') || (take !== '' && compiled.value.uses.has(`probe.${take}`));
  });
}

class Lint {
  readonly problems: Problem[] = [];
  readonly #placeOf: (path: Path) => Place;

  readonly #vars: CheckSurroundings['vars'];

  constructor(read: YamlRead<unknown>, vars: CheckSurroundings['vars']) {
    this.#placeOf = read.placeOf;
    this.#vars = vars;
  }

  complain(path: Path, message: string, hint: string): void {
    this.problems.push({ ...this.#placeOf(path), severity: 'error', message, hint });
  }

  /** A condition. */
  expression(path: Path, source: string, names: Names): void {
    const compiled = compileExpression(source, names);
    if (!compiled.ok) this.complain(path, `\`${path.at(-1)}\`: ${compiled.message}`, `It may use ${names.join(', ')}.`);
    else if (!['bool', 'dyn'].includes(compiled.value.type)) {
      this.complain(path, `\`${path.at(-1)}\` is not true or false but ${compiled.value.type}`, 'Write a comparison.');
    } else this.#variables(path, source, names);
  }

  /** An answer as an expression: text in it needs quotes of its own, which everybody forgets. */
  answer(path: Path, source: string): void {
    const compiled = compileExpression(source, truthNames);
    if (compiled.ok) this.#variables(path, source, truthNames);
    else
      this.complain(path, `\`${path.at(-1)}\`: ${compiled.message}`, `If it is text, quote it twice: "'${source}'".`);
  }

  text(path: Path, text: string, names: Names): void {
    const message = interpolationProblem(text, names);
    if (message !== '') this.complain(path, `\`${path.at(-1)}\`: ${message}`, `It may use ${names.join(', ')}.`);
    for (const { source } of expressionsIn(text)) this.#variables(path, source, names);
  }

  query(path: Path, name: string, args: Readonly<Record<string, Json>>, probes: ReadonlyMap<string, Probe>): Query {
    const probe = probes.get(name);
    if (probe === undefined) {
      this.complain([...path, 'probe'], `there is no probe \`${name}\``, suggest(name, probes.keys()));
    } else if (this.#vars !== undefined) {
      for (const name of referencesIn(JSON.stringify(args))) this.#variable(path, name);
      const filled = fillJson(args, sampleVars({ vars: this.#vars }));
      const found = schemaProblems(probe.args, filled, (inner) => this.#placeOf([...path, ...inner]));
      for (const one of found) this.problems.push(one);
    }
    return { probe: name, args, place: this.#placeOf(path) };
  }

  /** Only this can be known of an expression without running it: that the variables it names exist. */
  #variables(path: Path, source: string, names: Names): void {
    const compiled = compileExpression(source, names);
    if (!compiled.ok) return;
    for (const use of compiled.value.uses) if (/^vars\.[^.]+$/.test(use)) this.#variable(path, use.slice(5));
  }

  #variable(path: Path, name: string): void {
    if (this.#vars === undefined) return;
    const known = Object.keys(this.#vars);
    if (!known.includes(name)) this.complain(path, `there is no variable \`${name}\``, suggest(name, known));
  }

  take(probe: Probe, take: string): void {
    const fields = Object.keys(probe.returns);
    const field = take.split('.')[0] ?? '';
    if (take === '' && probe.take === '') {
      this.complain(
        ['truth'],
        `\`${probe.name}\` has no obvious answer`,
        `Add \`take:\` with one of ${fields.join(', ')}.`,
      );
    } else if (
      take !== '' &&
      !fields.some((known) => known === field || known.startsWith(`${field}.`) || known.startsWith(`${field}[`))
    ) {
      this.complain(['truth', 'take'], `\`${probe.name}\` returns no \`${field}\``, suggest(field, fields));
    }
  }
}
