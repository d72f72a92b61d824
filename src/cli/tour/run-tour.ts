// The guided tour: every task of a lab shown, seen to fail, solved by the reference solution, seen to pass.

import { LabError } from '../../error.ts';
import type { Exercise, Task } from '../../workshop/exercise.ts';
import { allowsNoise } from '../../workshop/expect-verdict.ts';
import type { CheckOutcome, Malformed, Session } from '../../workshop/session.ts';
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
  /** Checks, of both kinds, that stayed too noisy to conclude anything, and say of themselves that they may. */
  readonly undecided: number;
  readonly ms: number;
  /** What kept the exercise from going on; '' when nothing did. */
  readonly fault: string;
}

export interface TourResult {
  /** Every task failed first and passed after its solution, but for checks that noise kept undecided. */
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
  const ok = stops.every((stop) => stop.failedFirst + stop.passedAfter + stop.undecided === 2 * stop.tasks);
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
  const counts = { failedFirst: 0, passedAfter: 0, undecided: 0 };
  let fault = '';
  print(`${renderExerciseHeading(session, exercise, format)}\n\n`);
  try {
    // A reset, not only an entry: the room may have been used before.
    await session.reset(exercise);
    for (const task of exercise.tasks) {
      print(`${readTask(session, exercise, task, format)}\n\n`);
      const before = await untilDecided(task, () => showFailure(session, exercise, task, print, format));
      const after = await untilDecided(task, () => showSolution(session, exercise, task, print, format));
      // What builds upon it need not wait.
      if (after === 'undecided') await session.skip(exercise, task, 'too noisy');
      if (before === 'fail') counts.failedFirst += 1;
      if (after === 'pass') counts.passedAfter += 1;
      counts.undecided += [before, after].filter((end) => end === 'undecided').length;
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

/** How a check ended, as far as the tour cares. */
type End = 'pass' | 'fail' | 'undecided' | 'other';

// Noise differs from one measurement to the next.
const attempts = 3;

/** Shows it again while noise keeps it undecided, if the check says of itself that it can be too noisy. */
async function untilDecided(task: Task, show: () => Promise<End>): Promise<End> {
  let end = await show();
  for (let tries = 1; tries < attempts && end === 'undecided' && allowsNoise(task); tries++) end = await show();
  return end === 'undecided' && !allowsNoise(task) ? 'other' : end;
}

function endOf(outcome: CheckOutcome | Malformed): End {
  if (!('verdict' in outcome)) return 'other';
  const { kind } = outcome.verdict;
  if (kind === 'inconclusive') return 'undecided';
  return kind === 'pass' || kind === 'fail' ? kind : 'other';
}

/** A question is given a wrong answer; one that none can be made up for fails too, since it is still open. */
async function showFailure(
  session: Session,
  exercise: Exercise,
  task: Task,
  print: (text: string) => void,
  format: TextFormat,
): Promise<End> {
  const given = await wrongAnswer(session, exercise, task);
  const { outcome, time } = await timed(() => session.check(exercise, task, given));
  const text = 'verdict' in outcome ? shortVerdict(outcome.verdict, task, format) : outcome.reason;
  print(`${commandLine(task, given, time)}\n${text}\n\n`);
  return endOf(outcome);
}

async function showSolution(
  session: Session,
  exercise: Exercise,
  task: Task,
  print: (text: string) => void,
  format: TextFormat,
): Promise<End> {
  const solved = await timed(() => unlessTooNoisy(task, () => session.solve(exercise, task)));
  if (solved.outcome === undefined) {
    print(
      `$ podlab solve ${task.id}  (${solved.time})\n~ ${task.id}: the measurement is too noisy to know the answer\n\n`,
    );
    return 'undecided';
  }
  const { blocks, answer, verdict } = solved.outcome;
  const solution = renderSolution({ blocks, answer }, session.vars(exercise), format);
  print(`$ podlab solve ${task.id}  (${solved.time})\n${solution}\n\n`);
  if (verdict.kind !== 'pass') {
    print(`${renderVerdict(verdict, task, format)}\n\n`);
    return endOf(solved.outcome);
  }
  const given = answer === '' ? undefined : answer;
  const { outcome, time } = await timed(() => session.check(exercise, task, given));
  const text = 'verdict' in outcome ? renderVerdict(outcome.verdict, task, format) : outcome.reason;
  print(`${commandLine(task, given, time)}\n${text}\n\n`);
  return endOf(outcome);
}

/** Undefined when the answer cannot be known because of noise, which the check says of itself that it may. */
async function unlessTooNoisy<T>(task: Task, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LabError && error.code === 'PROBE_FAILED' && allowsNoise(task)) return undefined;
    throw error;
  }
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
  const noisy = stops.reduce((sum, { undecided }) => sum + undecided, 0);
  const rows = stops.map(({ exercise, tasks, failedFirst, passedAfter, undecided, ms: time }) =>
    [exercise, tasks, failedFirst, passedAfter, ...(noisy === 0 ? [] : [undecided]), time].map(String),
  );
  const columns = ['exercise', 'tasks', 'failed first', 'passed after', ...(noisy === 0 ? [] : ['too noisy']), 'ms'];
  const table = renderTable(rows, columns, format);
  const result = ok
    ? `Every check failed before its solution and passed after it${noisy === 0 ? '' : ', but for those that were too noisy here'}.`
    : 'NOT every check failed before its solution and passed after it.';
  return `${table}\n\n${result} ${formatDuration(ms)}\n`;
}
