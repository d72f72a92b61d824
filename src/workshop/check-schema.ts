// The shape of `yaml check` and `yaml solve` as authors write them.

import * as v from 'valibot';
import type { Json } from '../probe/probe.ts';
import { parseDuration } from './duration.ts';
import { answerTypes } from './exercise.ts';

/** Turns `x: 3` into `x: "3"`, so that a number may be written where an expression is expected. */
const expression = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], 'expected an expression'),
  v.transform(String),
  v.trim(),
  v.minLength(1, 'must not be empty'),
);
const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is no id (lower case, digits, dashes)'));
const sentence = v.pipe(v.string(), v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(1000));

const duration = v.pipe(
  v.string(),
  v.check((text) => (parseDuration(text) ?? -1) >= 0, 'is no time; write for example 3s or 500ms'),
  v.transform((text) => parseDuration(text) ?? 0),
  v.maxValue(120_000, 'is more than 2m'),
);

// Data only: what may stand in the arguments of a probe.
const json: v.GenericSchema<unknown, Json> = v.lazy(() =>
  v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(json), v.record(v.string(), json)]),
);

const percent = v.union(
  [
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}(?:\.\d+)?%$/, 'is no percentage; write for example 20%'),
      v.transform((text) => Number(text.slice(0, -1)) / 100),
    ),
    v.pipe(v.number(), v.minValue(0), v.maxValue(1, 'must be a percentage such as 20%, or at most 1')),
  ],
  'expected a percentage such as 20%',
);

const typeName = v.picklist(answerTypes, `expected one of ${answerTypes.join(', ')}`);
const memberType = v.picklist(
  ['int', 'number', 'text', 'ip', 'cidr', 'mac', 'iface'],
  'is no type for members of a set',
);

const ask = v.union([
  v.pipe(
    typeName,
    v.transform((type) => ({ type, unit: '', within: 0, choices: [] as string[], of: 'text' as const })),
  ),
  v.strictObject({
    type: typeName,
    unit: v.optional(v.pipe(v.string(), v.maxLength(20)), ''),
    within: v.optional(percent, 0),
    choices: v.optional(v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(20)), []),
    of: v.optional(memberType, 'text'),
  }),
]);

const needs = v.optional(v.array(id), []);
const again = v.optional(id);

export const askSchema = v.strictObject({
  ask,
  truth: v.objectWithRest({ probe: v.string(), take: v.optional(v.string(), '') }, json),
  unsure: v.optional(expression),
  diagnose: v.optional(v.array(v.strictObject({ id, when: expression, say: sentence })), []),
  needs,
  again,
  wrong: v.optional(v.array(v.strictObject({ give: expression, expect: id, when: v.optional(expression) })), []),
});

export const stateSchema = v.strictObject({
  state: v.pipe(
    v.array(
      v.objectWithRest({ probe: v.string(), is: expression, id, say: sentence, unsure: v.optional(expression) }, json),
    ),
    v.minLength(1, 'needs at least one condition'),
    v.maxLength(20),
  ),
  wait: v.optional(duration, '0s'),
  hold: v.optional(duration, '0s'),
  needs,
  again,
});

export const solveSchema = v.strictObject({ answer: expression });
