// The seeded values of an exercise: other numbers for every participant, the same ones each time.

import { createHash } from 'node:crypto';
import { LabError } from '../error.ts';
import type { Json } from '../probe/probe.ts';
import type { Exercise, VarSpec } from './exercise.ts';

export type VarValues = Readonly<Record<string, string | number>>;

/**
 * The values for one participant. The same seed, exercise and node names give the same values on every machine.
 *
 * @throws LabError LAB_INVALID when a variable names a node that the stack does not have
 */
export function resolveVars(
  exercise: Pick<Exercise, 'id' | 'vars'>,
  seed: string,
  nodes: readonly string[],
): VarValues {
  const pick = (name: string, count: number) => choose(`${seed}\n${exercise.id}\n${name}`, count);
  return Object.fromEntries(
    Object.entries(exercise.vars).map(([name, spec]) => [
      name,
      resolveVar(spec, nodes, (count) => pick(name, count), name),
    ]),
  );
}

/** Values of the right form for looking at a lab file without a room. */
export function sampleVars(exercise: Pick<Exercise, 'vars'>): VarValues {
  return Object.fromEntries(
    Object.entries(exercise.vars).map(([name, spec]) => [name, resolveVar(spec, ['node1'], () => 0, name, 'node1')]),
  );
}

/** `${NAME}` replaced where it names a variable; other `${…}` stay, since prose may speak of shell variables. */
export function fillText(text: string, vars: VarValues): string {
  return text.replace(reference, (whole, name: string) => (Object.hasOwn(vars, name) ? String(vars[name]) : whole));
}

/** `fillText` for every text in the data. A text that is nothing but `${N}` becomes N's value: a number stays one. */
export function fillJson(value: Json, vars: VarValues): Json {
  if (typeof value === 'string') {
    const alone = /^\$\{([A-Z][A-Z0-9_]*)\}$/.exec(value)?.[1];
    if (alone !== undefined && Object.hasOwn(vars, alone)) return vars[alone] ?? '';
    return fillText(value, vars);
  }
  if (Array.isArray(value)) return value.map((member) => fillJson(member, vars));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fillJson(member, vars)]));
  }
  return value;
}

/** The variables as a shell block sees them. */
export function varsEnvironment(vars: VarValues): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)]));
}

/** Names that `${…}` in the text asks for. */
export function referencesIn(text: string): readonly string[] {
  return [...text.matchAll(reference)].map((match) => match[1] ?? '');
}

const reference = /\$\{([A-Z][A-Z0-9_]*)\}/g;

function resolveVar(
  spec: VarSpec,
  nodes: readonly string[],
  pick: (count: number) => number,
  name: string,
  otherwise = '',
): string | number {
  if (spec.kind === 'int') return spec.min + pick(spec.max - spec.min + 1);
  if (spec.kind === 'pick') return spec.from[pick(spec.from.length)] ?? '';
  const node = (spec.index === 0 ? nodes[pick(nodes.length)] : nodes[spec.index - 1]) ?? otherwise;
  if (node !== '') return node;
  throw new LabError('LAB_INVALID', `variable ${name} is node ${spec.index}, but the stack has ${nodes.length}`, {
    hint: 'Start the lab on the stack it is written for.',
  });
}

/** A number from 0 to count − 1. 48 bits of the hash, so that the remainder favours nothing one could notice. */
function choose(text: string, count: number): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) % Math.max(1, count);
}
