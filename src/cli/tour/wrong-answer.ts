// A wrong answer to a question, made up from the wrong attempts of its own lab file.

import { LabError } from '../../error.ts';
import { answerFromJson, parseAnswer, renderAnswer } from '../../workshop/answer.ts';
import type { Exercise, Task } from '../../workshop/exercise.ts';
import { evaluate } from '../../workshop/expression.ts';
import type { Session } from '../../workshop/session.ts';

/** Undefined for a state, and for a question whose wrong answers can't be computed from the right one alone. */
export async function wrongAnswer(session: Session, exercise: Exercise, task: Task): Promise<string | undefined> {
  const { check } = task;
  if (check.kind !== 'ask') return undefined;
  const right = parseAnswer(check.ask, await rightAnswer(session, exercise, task));
  const values = { vars: session.vars(exercise), ...(right.ok ? { truth: right.value } : {}) };
  // Whether a mistake can be made in this room is not known here; one without `when` can, and every check has one.
  for (const { give } of check.wrong.filter(({ when }) => when === '')) {
    const result = evaluate(give, values);
    const read = result.ok ? answerFromJson(check.ask, result.value) : { ok: false as const };
    if (read.ok) return renderAnswer(check.ask, read.value);
  }
  return undefined;
}

/** '' when it isn't known before the solution. */
async function rightAnswer(session: Session, exercise: Exercise, task: Task): Promise<string> {
  try {
    return (await session.solution(exercise, task)).answer;
  } catch (error) {
    if (error instanceof LabError && error.code === 'PROBE_FAILED') return '';
    throw error;
  }
}
