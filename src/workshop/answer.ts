// Typed answers: reads what somebody wrote into a canonical value, so that equal answers are equal.

import type { Json } from '../probe/probe.ts';
import type { Answer, AskSpec } from './exercise.ts';
import { canonicalCidr, canonicalIface, canonicalIp, canonicalMac } from './network-answer.ts';
import { parseQuantity, parseWhole } from './quantity.ts';
import { sanitize } from './sanitize.ts';

export type ReadAnswer =
  | { readonly ok: true; readonly value: Answer }
  /** A sentence for the participant. A slip of form is no failed try. */
  | { readonly ok: false; readonly reason: string };

const maxLength = 4000;
const maxMembers = 200;

/** Reads an answer as typed. */
export function parseAnswer(spec: AskSpec, text: string): ReadAnswer {
  if (text.length > maxLength) return no(`that is longer than ${maxLength} characters`);
  // Normalised before anything is told apart: the Greek question mark, for one, is a semicolon then.
  const clean = sanitize(text)
    .normalize('NFKC')
    .replace(/\u00a0/g, ' ')
    .trim();
  if (spec.type === 'set') return parseSet(spec, clean);
  if (clean === '') return no('that is empty');
  return parseOne(spec, spec.type, clean);
}

/** Reads what a probe found or an expression gave, which is data rather than typing. */
export function answerFromJson(spec: AskSpec, value: Json): ReadAnswer {
  if (spec.type === 'set') {
    if (!Array.isArray(value)) return no('the value is no list');
    return collect(value.map((member) => scalar(spec, spec.of, member)));
  }
  return scalar(spec, spec.type, value);
}

/**
 * Whether an answer is the truth. For numbers the tolerance is relative to `truth`; without one they must agree to nine
 * digits, which is more than anybody types and less than floating point loses.
 */
export function sameAnswer(spec: AskSpec, given: Answer, truth: Answer): boolean {
  if (typeof given === 'number' && typeof truth === 'number') {
    if (spec.type !== 'number') return given === truth;
    return Math.abs(given - truth) <= Math.max(spec.within, 1e-9) * Math.abs(truth);
  }
  if (Array.isArray(given) && Array.isArray(truth)) {
    return given.length === truth.length && given.every((member, index) => member === truth[index]);
  }
  return given === truth;
}

/** An answer as a person would write it. */
export function renderAnswer(spec: AskSpec, answer: Answer): string {
  if (Array.isArray(answer)) return answer.length === 0 ? 'none' : answer.join(', ');
  return spec.type === 'number' && spec.unit !== '' ? `${String(answer)} ${spec.unit}` : String(answer);
}

type ScalarType = Exclude<AskSpec['type'], 'set'>;

function parseOne(spec: AskSpec, type: ScalarType, text: string): ReadAnswer {
  switch (type) {
    case 'int': {
      const value = parseWhole(text);
      return value === undefined ? no('that is not a whole number; write for example 1,048,574') : yes(value);
    }
    case 'number':
      return from(parseQuantity(text, spec.unit));
    case 'text':
      return yes(fold(text));
    case 'choice':
      return parseChoice(spec.choices, text);
    case 'ip':
      return from(canonicalIp(text));
    case 'cidr':
      return from(canonicalCidr(text));
    case 'mac':
      return from(canonicalMac(text));
    case 'iface':
      return from(canonicalIface(text));
  }
}

/** By its text or by its number in the list, unless the choices themselves are numbers. */
function parseChoice(choices: readonly string[], text: string): ReadAnswer {
  const exact = choices.find((choice) => fold(choice) === fold(text));
  if (exact !== undefined) return yes(exact);
  const numbered = /^\d+$/.test(text) && !choices.some((choice) => /^\d+$/.test(choice.trim()));
  const chosen = numbered ? choices[Number(text) - 1] : undefined;
  return chosen === undefined ? no(`choose one of: ${choices.join(', ')}`) : yes(chosen);
}

function parseSet(spec: AskSpec, text: string): ReadAnswer {
  const bare = text.replace(/^[[{(]([\s\S]*)[\]})]$/, '$1').trim();
  if (bare === '') return no('that is empty; write none if there are none');
  if (/^(?:none|empty|-)$/i.test(bare)) return yes([]);
  // Members that may hold spaces are told apart by commas or lines as soon as there is one.
  const spaced = (spec.of === 'text' || spec.of === 'number') && /[,;\n]/.test(bare);
  const members = bare.split(spaced ? /\s*[,;\n]\s*/ : /[\s,;]+/).filter((member) => member !== '');
  if (members.length === 0) return no('that is empty; write none if there are none');
  return collect(members.map((member) => parseOne(spec, spec.of, member.replace(/^["'](.*)["']$/, '$1'))));
}

function collect(members: readonly ReadAnswer[]): ReadAnswer {
  if (members.length > maxMembers) return no(`those are more than ${maxMembers}`);
  const values: (number | string)[] = [];
  for (const member of members) {
    if (!member.ok) return member;
    if (typeof member.value === 'object') return no('a member is a list itself');
    if (!values.includes(member.value)) values.push(member.value);
  }
  return yes(
    values.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b)))),
  );
}

function scalar(spec: AskSpec, type: ScalarType, value: Json): ReadAnswer {
  if (type === 'number' && typeof value === 'number')
    return Number.isFinite(value) ? yes(value) : no('the value is not finite');
  if (type === 'int' && typeof value === 'number')
    return Number.isSafeInteger(value) ? yes(value) : no('the value is not whole');
  if (value === null || typeof value === 'object') return no('the system has no such value now');
  return parseOne(spec, type, sanitize(String(value)).trim());
}

function from(read: { readonly value: number | string } | { readonly reason: string }): ReadAnswer {
  return 'value' in read ? yes(read.value) : no(read.reason);
}

const yes = (value: Answer): ReadAnswer => ({ ok: true, value });
const no = (reason: string): ReadAnswer => ({ ok: false, reason });
const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
