// Observation in, verdict out. Pure: the same observation always gets the same verdict.

import type { Json, Observation } from '../probe/probe.ts';
import { answerFromJson, sameAnswer } from './answer.ts';
import { unanswered, undiagnosed } from './diagnosis-ids.ts';
import type { Answer, AskCheck, Evidence, StateClause, Verdict } from './exercise.ts';
import { condition, type Values } from './expression.ts';
import { interpolate } from './interpolate.ts';
import type { VarValues } from './vars.ts';

export interface AskCase {
  readonly check: AskCheck;
  readonly evidence: Evidence;
  /** Field of the observation that is the truth, when the check names none. */
  readonly take: string;
  readonly vars: VarValues;
}

/** What the system says the answer is, and the values that expressions about it may name. */
export type Truth =
  | { readonly kind: 'known'; readonly answer: Answer; readonly values: Values }
  | { readonly kind: 'unknown'; readonly verdict: Verdict };

/** Reads the truth out of an observation, unless it isn't there (`broken`) or is too uncertain (`inconclusive`). */
export function readTruth({ check, evidence, take, vars }: AskCase): Truth {
  const path = check.truth.take === '' ? take : check.truth.take;
  const unknown = (verdict: Verdict): Truth => ({ kind: 'unknown', verdict });
  const found = takeField(evidence.observation, path);
  if (found === undefined) {
    return unknown(broken(check.truth.place, `\`${evidence.probe}\` returned no \`${path}\``, [evidence]));
  }
  const read = answerFromJson(check.ask, found);
  if (!read.ok) {
    return unknown(
      broken(check.truth.place, `\`${evidence.probe}\` gives no answer to compare with: ${read.reason}`, [evidence]),
    );
  }
  const values: Values = { truth: read.value as Json, probe: evidence.observation, vars };
  if (check.unsure !== '') {
    const unsure = condition(check.unsure, values);
    if (typeof unsure === 'string') return unknown(broken(check.truth.place, `\`unsure\`: ${unsure}`, [evidence]));
    if (unsure) return unknown(inconclusive('The measurement is too noisy to judge an answer by.', []));
  }
  return { kind: 'known', answer: read.value, values };
}

/** Judges an answer; `given` undefined is "not answered yet". A failed verdict holds no evidence: that is the answer. */
export function judgeAnswer(ask: AskCase, given: Answer | undefined): Verdict {
  const truth = readTruth(ask);
  if (truth.kind === 'unknown') return truth.verdict;
  const { check, evidence } = ask;
  if (given === undefined) return { kind: 'fail', id: unanswered, say: 'This question is still open.', evidence: [] };
  if (sameAnswer(check.ask, given, truth.answer)) return { kind: 'pass', evidence: [evidence] };
  const values: Values = { ...truth.values, given: given as Json };
  for (const { id, when, say, place } of check.diagnose) {
    const holds = condition(when, values);
    if (typeof holds === 'string') return broken(place, `\`when\` of ${id}: ${holds}`, []);
    if (!holds) continue;
    const sentence = interpolate(say, values);
    if (!sentence.ok) return broken(place, `\`say\` of ${id}: ${sentence.message}`, []);
    return { kind: 'fail', id, say: sentence.value, evidence: [] };
  }
  return { kind: 'fail', id: undiagnosed, say: 'That is not what the system says.', evidence: [] };
}

/** Judges one condition; `seen` is the evidence up to and including it. Pass means: this condition holds. */
export function judgeClause(clause: StateClause, seen: readonly Evidence[], vars: VarValues): Verdict {
  const observation: Observation = seen.at(-1)?.observation ?? {};
  const values: Values = { it: observation, vars };
  const holds = condition(clause.is, values);
  if (typeof holds === 'string') return broken(clause.place, `\`is\` of ${clause.id}: ${holds}`, seen);
  if (holds) return { kind: 'pass', evidence: seen };
  const sentence = interpolate(clause.say, values);
  if (!sentence.ok) return broken(clause.place, `\`say\` of ${clause.id}: ${sentence.message}`, seen);
  if (clause.unsure !== '') {
    const unsure = condition(clause.unsure, values);
    if (typeof unsure === 'string') return broken(clause.place, `\`unsure\` of ${clause.id}: ${unsure}`, seen);
    if (unsure) return inconclusive(sentence.value, seen);
  }
  return { kind: 'fail', id: clause.id, say: sentence.value, evidence: seen };
}

/**
 * The value at a dotted path. A list on the way is gone through member by member (`containers.name` is every name),
 * unless the next part is a number, which picks one.
 */
export function takeField(value: Json, path: string): Json | undefined {
  if (path === '') return value;
  const [key = '', ...rest] = path.split('.');
  const further = rest.join('.');
  if (Array.isArray(value)) {
    if (/^\d+$/.test(key)) {
      const member = (value as readonly Json[])[Number(key)];
      return member === undefined ? undefined : takeField(member, further);
    }
    const members = (value as readonly Json[]).map((member) => takeField(member, path));
    return members.includes(undefined) ? undefined : (members as Json[]);
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return takeField((value as Observation)[key] as Json, further);
}

const inconclusive = (say: string, evidence: readonly Evidence[]): Verdict => ({ kind: 'inconclusive', say, evidence });

function broken(
  place: { readonly file: string; readonly line: number },
  say: string,
  evidence: readonly Evidence[],
): Verdict {
  const hint = 'Reset the exercise (podlab reset); if it stays, the lab is at fault.';
  return { kind: 'broken', say: `${place.file}:${place.line}: ${say}`, hint, evidence };
}
