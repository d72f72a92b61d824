// Looks at a task that must fail, or must pass, and says precisely how it did otherwise.

import { LabError } from '../error.ts';
import { examine, findTruth } from './examine.ts';
import type { Answer, AskCheck, Exercise, Task, Verdict } from './exercise.ts';
import type { Truth } from './judge.ts';
import { type Room, surroundingsOf } from './work.ts';

// Noise differs from one measurement to the next; a lab that is inconclusive this often in a row is too noisy here.
const attempts = 3;

export interface Failure {
  /** The diagnosis, or '' when the verdict was inconclusive and the check allows for that. */
  readonly id: string;
  readonly remark: string;
}

/** @throws LabError LAB_INVALID when the task passes or cannot be judged */
export async function expectFailure(room: Room, exercise: Exercise, task: Task, given?: Answer): Promise<Failure> {
  const { verdict, remark } = await conclusive(room, exercise, task, given);
  if (verdict.kind === 'fail') return { id: verdict.id, remark };
  if (verdict.kind === 'inconclusive' && allowsNoise(task)) return { id: '', remark };
  throw wrongVerdict(task, verdict, 'fail');
}

/** @throws LabError LAB_INVALID when the task does not pass */
export async function expectPass(room: Room, exercise: Exercise, task: Task, given?: Answer): Promise<string> {
  const { verdict, remark } = await conclusive(room, exercise, task, given);
  if (verdict.kind === 'pass' || (verdict.kind === 'inconclusive' && allowsNoise(task))) return remark;
  throw wrongVerdict(task, verdict, 'pass');
}

/** What the answer is, looked for as often as a verdict is. @throws LabError LAB_INVALID */
export async function expectTruth(
  room: Room,
  exercise: Exercise,
  task: Task & { readonly check: AskCheck },
): Promise<Truth> {
  const around = surroundingsOf(room, exercise);
  let truth = await findTruth(around, task.check);
  for (let tries = 1; tries < attempts && isNoise(truth); tries++) truth = await findTruth(around, task.check);
  if (truth.kind === 'unknown' && !(isNoise(truth) && allowsNoise(task)))
    throw wrongVerdict(task, truth.verdict, 'be known');
  return truth;
}

function isNoise(truth: Truth): boolean {
  return truth.kind === 'unknown' && truth.verdict.kind === 'inconclusive';
}

async function conclusive(
  room: Room,
  exercise: Exercise,
  task: Task,
  given: Answer | undefined,
): Promise<{ verdict: Verdict; remark: string }> {
  const around = surroundingsOf(room, exercise);
  let verdict = await examine(around, task, given);
  let tries = 1;
  for (; tries < attempts && verdict.kind === 'inconclusive'; tries++) verdict = await examine(around, task, given);
  if (verdict.kind === 'inconclusive') return { verdict, remark: `inconclusive ${tries} times: ${verdict.say}` };
  return { verdict, remark: ['', 'inconclusive once before', 'inconclusive twice before'][tries - 1] ?? '' };
}

/** Whether a check says of itself that it can be too noisy to conclude anything. */
export function allowsNoise({ check }: Task): boolean {
  return check.kind === 'ask' ? check.unsure !== '' : check.clauses.some(({ unsure }) => unsure !== '');
}

function wrongVerdict(task: Task, verdict: Verdict, wanted: string): LabError {
  const how =
    verdict.kind === 'pass'
      ? 'passes'
      : verdict.kind === 'fail'
        ? `fails with \`${verdict.id}\``
        : `is ${verdict.kind}`;
  const say = 'say' in verdict ? `: ${verdict.say}` : '';
  const { file, line } = task.place;
  return new LabError('LAB_INVALID', `${file}:${line}: task ${task.id} ${how} where it must ${wanted}${say}`);
}
