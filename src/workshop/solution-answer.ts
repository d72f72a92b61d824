// The reference answer to a question, computed from what the system says now.

import { LabError } from '../error.ts';
import { answerFromJson } from './answer.ts';
import type { Answer, Task } from './exercise.ts';
import { evaluate, type Values } from './expression.ts';

/** Undefined for a state. `values` are those of the known truth. @throws LabError LAB_INVALID when it is no answer */
export function solutionAnswer({ check, solve }: Task, values: Values): Answer | undefined {
  if (check.kind !== 'ask') return undefined;
  const result = evaluate(solve.answer, values);
  const read = result.ok ? answerFromJson(check.ask, result.value) : { ok: false as const, reason: result.message };
  if (read.ok) return read.value;
  throw new LabError('LAB_INVALID', `${solve.place.file}:${solve.place.line}: \`answer\`: ${read.reason}`);
}
