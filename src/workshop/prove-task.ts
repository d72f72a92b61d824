// Proves one task, in a room where the tasks above it are solved.

import { LabError } from '../error.ts';
import { answerFromJson, renderAnswer, sameAnswer } from './answer.ts';
import { undiagnosed } from './diagnosis-ids.ts';
import type { Answer, AskCheck, Attempt, Exercise, Task } from './exercise.ts';
import { expectFailure, expectPass, expectTruth } from './expect-verdict.ts';
import { condition, evaluate } from './expression.ts';
import { compareFootprints, takeFootprint } from './footprint.ts';
import type { Steps } from './proof-steps.ts';
import { runBlocks } from './run-blocks.ts';
import { solutionAnswer } from './solution-answer.ts';
import { runTries } from './tries.ts';
import { applySolution, type Room, rebuild, varsIn } from './work.ts';

/**
 * Fails before anything is done; each wrong attempt fails with its own diagnosis, every diagnosis is met; the shown
 * commands work; the solution passes, twice; and it passes after the perturbation, where an old answer does not.
 *
 * @returns false when the room is not in the state that the next task starts from
 */
export async function proveTask(steps: Steps, room: Room, exercise: Exercise, task: Task): Promise<boolean> {
  const met = new Set<string>();
  await steps.run(task.id, 'fails before its solution', async () => {
    const { id, remark } = await expectFailure(room, exercise, task);
    met.add(id);
    return remark;
  });
  if (task.check.kind === 'ask') await proveWrongAnswers(steps, room, exercise, task, task.check);
  for (const attempt of task.wrong) {
    if (!(await proveWrongAttempt(steps, room, exercise, task, attempt, met))) return false;
  }
  await proveDiagnosesMet(steps, task, met);
  if (!(await proveTries(steps, room, exercise, task))) return false;
  if (!(await steps.run(task.id, 'solve', () => applySolution(room, exercise, task)))) return false;
  let answer: Answer | undefined;
  const passed = await steps.run(task.id, 'passes twice', async () => {
    answer = await referenceAnswer(room, exercise, task);
    if (task.check.kind === 'ask' && answer === undefined) return tooNoisy;
    const remarks = [await expectPass(room, exercise, task, answer), await expectPass(room, exercise, task, answer)];
    return [...new Set(remarks.filter((remark) => remark !== ''))].join('; ');
  });
  if (passed && task.check.again !== '') await proveAgain(steps, room, exercise, task, answer);
  await steps.run(task.id, 'try when solved', () => runTries(room, exercise, task.tries, 'solved'));
  return passed;
}

/**
 * The shown commands. Where they change the room, the solution must pass with them (the participant typed them) and
 * without them (an exercise that builds upon this one runs solutions only), so the room is then rebuilt.
 */
async function proveTries(steps: Steps, room: Room, exercise: Exercise, task: Task): Promise<boolean> {
  if (task.tries.every(({ when, expect }) => when !== 'before' || expect === 'skip')) return true;
  const before = await takeFootprint(room.context);
  await steps.run(task.id, 'try', () => runTries(room, exercise, task.tries, 'before'));
  const { added, removed } = compareFootprints(before, await takeFootprint(room.context));
  if (added.length + removed.length === 0) return true;
  const solved = await steps.run(task.id, 'solve after the shown commands', async () => {
    await applySolution(room, exercise, task);
    return expectPass(room, exercise, task, await referenceAnswer(room, exercise, task));
  });
  const back = await steps.run(task.id, 'back from the shown commands', () => rebuild(room, exercise, task));
  return solved && back;
}

async function proveWrongAnswers(
  steps: Steps,
  room: Room,
  exercise: Exercise,
  task: Task,
  check: AskCheck,
): Promise<void> {
  for (const { give, expect, when, place } of check.wrong) {
    await steps.run(task.id, `wrong ${expect}: ${give}`, async () => {
      const where = `${place.file}:${place.line}`;
      const truth = await expectTruth(room, exercise, { ...task, check });
      // Without a truth there is no answer to make up, and measuring even more often would only take longer.
      if (truth.kind === 'unknown') return tooNoisy;
      const possible = when === '' || condition(when, truth.values);
      if (typeof possible === 'string') throw new LabError('LAB_INVALID', `${where}: \`when\`: ${possible}`);
      if (!possible) return `not in this room: ${when}`;
      const result = evaluate(give, truth.values);
      if (!result.ok) throw new LabError('LAB_INVALID', `${where}: \`give\`: ${result.message}`);
      const read = answerFromJson(check.ask, result.value);
      if (!read.ok) throw new LabError('LAB_INVALID', `${where}: \`${give}\` is no answer: ${read.reason}`);
      const { id, remark } = await expectFailure(room, exercise, task, read.value);
      if (id !== expect && id !== '') throw otherDiagnosis(where, id, expect);
      return remark;
    });
  }
}

/** A wrong attempt changes the room, so the room is brought back to where this task began. */
async function proveWrongAttempt(
  steps: Steps,
  room: Room,
  exercise: Exercise,
  task: Task,
  { blocks, expect, place }: Attempt,
  met: Set<string>,
): Promise<boolean> {
  await steps.run(task.id, `wrong ${expect}`, async () => {
    await runBlocks(room.context, blocks, varsIn(room, exercise));
    const { id, remark } = await expectFailure(room, exercise, task);
    if (id !== expect && id !== '') throw otherDiagnosis(`${place.file}:${place.line}`, id, expect);
    met.add(expect);
    return remark;
  });
  return steps.run(task.id, `back from ${expect}`, () => rebuild(room, exercise, task));
}

/** Only for states: that every diagnosis of a question has its wrong answer is seen when the file is read. */
async function proveDiagnosesMet(steps: Steps, task: Task, met: ReadonlySet<string>): Promise<void> {
  const ids = task.check.kind === 'state' ? task.check.clauses.map(({ id }) => id) : [];
  const missing = ids.filter((id) => !met.has(id));
  if (missing.length === 0) return;
  await steps.run(task.id, 'every diagnosis is met', async () => {
    const { file, line } = task.place;
    throw new LabError('LAB_INVALID', `${file}:${line}: nothing leads to diagnosis ${missing.join(', ')}`, {
      hint: 'Add a `sh wrong=ID` block, or remove the condition.',
    });
  });
}

const tooNoisy = 'inconclusive 3 times: there is no truth to hold an answer against';

/** The reference answer; undefined for a state, and where noise keeps it from being known. */
async function referenceAnswer(room: Room, exercise: Exercise, task: Task): Promise<Answer | undefined> {
  if (task.check.kind !== 'ask') return undefined;
  const truth = await expectTruth(room, exercise, { ...task, check: task.check });
  return truth.kind === 'unknown' ? undefined : solutionAnswer(task, truth.values);
}

async function proveAgain(
  steps: Steps,
  room: Room,
  exercise: Exercise,
  task: Task,
  old: Answer | undefined,
): Promise<void> {
  const { check } = task;
  const perturbed = await steps.run(task.id, `perturb ${check.again}`, () =>
    runBlocks(room.context, task.perturb[check.again] ?? [], varsIn(room, exercise)),
  );
  if (!perturbed) return;
  await steps.run(task.id, 'asked again', async () => {
    const answer = await referenceAnswer(room, exercise, task);
    if (check.kind === 'ask' && old !== undefined && answer !== undefined) {
      if (sameAnswer(check.ask, old, answer)) {
        const { file, line } = task.place;
        throw new LabError(
          'LAB_INVALID',
          `${file}:${line}: the answer is still ${renderAnswer(check.ask, answer)} after \`${check.again}\``,
          {
            hint: 'Let the perturbation change the answer, or a copied one passes.',
          },
        );
      }
      await expectFailure(room, exercise, task, old);
    }
    return expectPass(room, exercise, task, answer);
  });
}

function otherDiagnosis(where: string, id: string, expect: string): LabError {
  const got = id === undiagnosed ? 'with no diagnosis' : `with \`${id}\``;
  return new LabError('LAB_INVALID', `${where}: the attempt fails ${got} where \`${expect}\` is expected`);
}
