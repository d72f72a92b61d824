// The head of a lab's Markdown files: plain YAML between two `---` lines, read strictly.

import * as v from 'valibot';
import type { Problem } from '../error.ts';
import { engineNames } from '../topology/topology.ts';
import type { Exercise, VarSpec } from './exercise.ts';
import { readYaml } from './yaml-text.ts';

/** The version of the format that this podlab reads. */
export const labFormat = 1;

export interface Frontmatter<T> {
  /** Undefined when there were problems. */
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  /** Lines that the frontmatter takes, its two `---` lines included. */
  readonly lines: number;
}

export interface LabHead {
  readonly title: string;
  readonly stack: string;
}

export type ExerciseHead = Pick<Exercise, 'id' | 'title' | 'minutes' | 'needs' | 'requires' | 'vars'>;

/** Head of a lab's README.md: `lab, title, stack`. */
export function readLabHead(file: string, text: string): Frontmatter<LabHead> {
  return read(file, text, labHead);
}

/** Head of an exercise: `lab, id, title, minutes`, and where needed `needs, requires, vars`. */
export function readExerciseHead(file: string, text: string): Frontmatter<ExerciseHead> {
  return read(file, text, exerciseHead);
}

const line = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(200, 'more than 200 characters'),
);
// `---js` and the like are no separator: some readers run such a block. Only the plain line counts.
const separator = /^---[ \t]*$/;

export const stackNamePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const idPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const exerciseIdPattern = /^[a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9-]{0,62}$/;

const exerciseId = v.pipe(
  v.string(),
  v.regex(exerciseIdPattern, 'is not of the form by-hand/veth-pair (lower case, digits, dashes)'),
);

// An environment variable of a shell block. The prefixes and names that steer programs are not for labs.
const varName = v.pipe(
  v.string(),
  v.regex(
    /^(?!PATH$|HOME$|IFS$|ENV$|BASH_|LD_|PODLAB_)[A-Z][A-Z0-9_]{0,30}$/,
    'is not a name for a variable (N, NODE, POD_IP)',
  ),
);

// Nothing that Markdown or a terminal would read as more than text: the value goes into prose as it is.
const pickText = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9.:/+@ _-]{1,100}$/, 'may hold letters, digits, spaces and . : / + @ _ - only'),
);

const integer = v.pipe(v.number(), v.safeInteger('must be a whole number'));

const varSpec = v.union(
  [
    v.pipe(
      v.strictObject({ int: v.tuple([integer, integer]) }),
      v.check(({ int: [min, max] }) => min <= max, 'the first number must not be larger than the second'),
      v.transform(({ int: [min, max] }): VarSpec => ({ kind: 'int', min, max })),
    ),
    v.pipe(
      v.strictObject({ pick: v.pipe(v.array(pickText), v.minLength(1, 'needs at least one text'), v.maxLength(50)) }),
      v.transform(({ pick }): VarSpec => ({ kind: 'pick', from: pick })),
    ),
    v.pipe(
      v.strictObject({ node: v.union([v.literal('any'), v.pipe(integer, v.minValue(1, 'nodes count from 1'))]) }),
      v.transform(({ node }): VarSpec => ({ kind: 'node', index: node === 'any' ? 0 : node })),
    ),
  ],
  'expected `{ int: [2, 6] }`, `{ pick: [red, blue] }` or `{ node: 1 }` (or `{ node: any }`)',
);

const labHead = v.strictObject({
  lab: v.number(),
  title: line,
  stack: v.pipe(v.string(), v.regex(stackNamePattern, 'is not the name of a stack')),
});

const exerciseHead = v.strictObject({
  lab: v.number(),
  id: exerciseId,
  title: line,
  minutes: v.pipe(integer, v.minValue(1, 'must be 1 to 240'), v.maxValue(240, 'must be 1 to 240')),
  needs: v.optional(v.array(exerciseId), []),
  requires: v.optional(
    v.strictObject({
      nodes: v.optional(v.pipe(integer, v.minValue(1, 'must be at least 1')), 1),
      tools: v.optional(v.array(v.pipe(v.string(), v.regex(/^[\w.+-]{1,64}$/, 'is not the name of a program'))), []),
      engine: v.optional(v.picklist(engineNames), 'none'),
      kernel: v.optional(v.array(v.pipe(v.string(), v.regex(/^\w{1,64}$/, 'is not the name of a kernel module'))), []),
    }),
    {},
  ),
  vars: v.optional(v.record(varName, varSpec), {}),
});

function read<T>(file: string, text: string, schema: v.GenericSchema<unknown, T>): Frontmatter<T> {
  const lines = text.split('\n');
  const problem = (at: number, message: string, hint: string): Problem => ({
    file,
    line: at,
    column: 1,
    severity: 'error',
    message,
    hint,
  });
  if (!separator.test(lines[0] ?? '')) {
    const hint = 'Begin the file with a line `---`, then `lab: 1` and the other keys, then a line `---`.';
    return { value: undefined, problems: [problem(1, 'there is no frontmatter', hint)], lines: 0 };
  }
  const end = lines.findIndex((content, index) => index > 0 && separator.test(content));
  if (end < 0) {
    const hint = 'Add a line `---` below the last key.';
    return { value: undefined, problems: [problem(1, 'the frontmatter never ends', hint)], lines: lines.length };
  }
  const source = { file, text: lines.slice(1, end).join('\n'), firstLine: 2 };
  // The version goes first: a newer format may have keys that this podlab would call misspelt.
  const version = readYaml(source, v.object({ lab: v.number() }));
  if (version.value !== undefined && version.value.lab !== labFormat) {
    const newer = version.value.lab > labFormat;
    const message = `the file has lab format ${version.value.lab}; this podlab reads format ${labFormat}`;
    const hint = newer ? 'Install a newer podlab.' : `Write \`lab: ${labFormat}\`.`;
    const at = version.placeOf(['lab']);
    return { value: undefined, problems: [{ ...problem(at.line, message, hint), column: at.column }], lines: end + 1 };
  }
  const { value, problems } = readYaml(source, schema);
  return { value, problems, lines: end + 1 };
}
