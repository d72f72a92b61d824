// The guided tour: every task of a lab shown, seen to fail, solved by the reference solution, seen to pass.

import { LabError } from '../../error.ts';
import type { Exercise, Task } from '../../workshop/exercise.ts';
import type { Session } from '../../workshop/session.ts';
import { readTask, renderExerciseHeading, renderSolution } from '../runner/exercise-text.ts';
import { formatDuration } from '../terminal/duration.ts';
import type { TextFormat } from '../terminal/markdown.ts';
import { renderTable } from '../terminal/table.ts';
import { renderVerdict } from '../terminal/verdict.ts';
import { shortVerdict } from './short-verdict.ts';
import { wrongAnswer } from './wrong-answer.ts';

export interface TourStop {
  readonly exercise: string;
  readonly title: string;
  readonly tasks: number;
  /** Tasks whose check failed before the solution. */
  readonly failedFirst: number;
  /** Tasks whose check passed after it. */
  readonly passedAfter: number;
  readonly ms: number;
  /** What kept the exercise from going on; '' when nothing did. */
  readonly fault: string;
}

export interface TourResult {
  /** Every task failed first and passed after its solution. */
  readonly ok: boolean;
  readonly exercises: readonly TourStop[];
  readonly ms: number;
}

/**
 * Goes through all exercises in order. A fault of one is told, and the next one begins. The session's progress is
 * written over: give it one that nobody keeps.
 *
 * @throws LabError CANCELLED
 */
export async function runTour(
  session: Session,
  print: (text: string) => void,
  format: TextFormat = { color: false, width: 80 },
): Promise<TourResult> {
  const started = performance.now();
  const stops: TourStop[] = [];
  for (const exercise of session.lab.exercises) stops.push(await visit(session, exercise, print, format));
  const ms = Math.round(performance.now() - started);
  const ok = stops.every(({ tasks, failedFirst, passedAfter }) => failedFirst === tasks && passedAfter === tasks);
  print(renderSummary(stops, ok, ms, format));
  return { ok, exercises: stops, ms };
}

async function visit(
  session: Session,
  exercise: Exercise,
  print: (text: string) => void,
  format: TextFormat,
): Promise<TourStop> {
  const started = performance.now();
  const counts = { failedFirst: 0, passedAfter: 0 };
  let fault = '';
  print(`${renderExerciseHeading(session, exercise, format)}\n\n`);
  try {
    // A reset, not only an entry: the room may have been used before.
    await session.reset(exercise);
    for (const task of exercise.tasks) {
      print(`${readTask(session, exercise, task, format)}\n\n`);
      if (await showFailure(session, exercise, task, print, format)) counts.failedFirst += 1;
      if (await showSolution(session, exercise, task, print, format)) counts.passedAfter += 1;
    }
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'CANCELLED') throw error;
    fault = error.message;
    const verdict = { kind: 'broken', say: error.message, hint: error.hint, evidence: [] } as const;
    print(`${renderVerdict(verdict, { id: exercise.id }, format)}\n\n`);
  }
  const ms = Math.round(performance.now() - started);
  return { exercise: exercise.id, title: exercise.title, tasks: exercise.tasks.length, ...counts, ms, fault };
}

/** A question is given a wrong answer; one that none can be made up for fails too, since it is still open. */
async function showFailure(
  session: Session,
  exercise: Exercise,
  task: Task,
  print: (text: string) => void,
  format: TextFormat,
): Promise<boolean> {
  const given = await wrongAnswer(session, exercise, task);
  const { outcome, time } = await timed(() => session.check(exercise, task, given));
  const text = 'verdict' in outcome ? shortVerdict(outcome.verdict, task, format) : outcome.reason;
  print(`${commandLine(task, given, time)}\n${text}\n\n`);
  return 'verdict' in outcome && outcome.verdict.kind === 'fail';
}

async function showSolution(
  session: Session,
  exercise: Exercise,
  task: Task,
  print: (text: string) => void,
  format: TextFormat,
): Promise<boolean> {
  const solved = await timed(() => session.solve(exercise, task));
  const { blocks, answer, verdict } = solved.outcome;
  const solution = renderSolution({ blocks, answer }, session.vars(exercise), format);
  print(`$ podlab solve ${task.id}  (${solved.time})\n${solution}\n\n`);
  if (verdict.kind !== 'pass') {
    print(`${renderVerdict(verdict, task, format)}\n\n`);
    return false;
  }
  const given = answer === '' ? undefined : answer;
  const { outcome, time } = await timed(() => session.check(exercise, task, given));
  const text = 'verdict' in outcome ? renderVerdict(outcome.verdict, task, format) : outcome.reason;
  print(`${commandLine(task, given, time)}\n${text}\n\n`);
  return 'verdict' in outcome && outcome.verdict.kind === 'pass';
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly outcome: T; readonly time: string }> {
  const started = performance.now();
  const outcome = await work();
  return { outcome, time: formatDuration(performance.now() - started) };
}

function commandLine({ id }: Task, given: string | undefined, time: string): string {
  return `$ podlab ${given === undefined ? `check ${id}` : `answer ${id} "${given}"`}  (${time})`;
}

function renderSummary(stops: readonly TourStop[], ok: boolean, ms: number, format: TextFormat): string {
  const rows = stops.map(({ exercise, tasks, failedFirst, passedAfter, ms: time }) =>
    [exercise, tasks, failedFirst, passedAfter, time].map(String),
  );
  const table = renderTable(rows, ['exercise', 'tasks', 'failed first', 'passed after', 'ms'], format);
  const result = ok
    ? 'Every check failed before its solution and passed after it.'
    : 'NOT every check failed before its solution and passed after it.';
  return `${table}\n\n${result} ${formatDuration(ms)}\n`;
}
