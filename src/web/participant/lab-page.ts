// A lab and its exercises as data for the page: what is shown, how far the participant is, and no answers.

import type { Topology } from '../../topology/topology.ts';
import { describeAnswer } from '../../workshop/answer-form.ts';
import type { AskSpec, Exercise, Task, Verdict } from '../../workshop/exercise.ts';
import { fillProse } from '../../workshop/fill-prose.ts';
import type { TaskProgress } from '../../workshop/progress.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { Session, Solution } from '../../workshop/session.ts';
import { type PictureUrl, type Rich, renderRich, renderSentence } from '../rich-text.ts';
import type { Desk, LabEntry } from './desk.ts';

export type TaskState = TaskProgress['state'];

export interface LabPage {
  readonly name: string;
  readonly title: string;
  /** Labs that may be chosen, this one among them. */
  readonly labs: readonly LabEntry[];
  readonly stack: string;
  readonly story: readonly Rich[];
  readonly exercises: readonly ExerciseEntry[];
  /** Id of the exercise where the participant is; '' when the lab is done. */
  readonly current: string;
  /** Whether the participant has been in this lab before. */
  readonly begun: boolean;
  readonly places: readonly string[];
  readonly topology: Pick<Topology, 'stack' | 'engine' | 'networks' | 'nodes' | 'outside'>;
}

export interface ExerciseEntry {
  readonly id: string;
  readonly title: string;
  readonly minutes: number;
  readonly tasks: readonly { readonly id: string; readonly state: TaskState }[];
}

export interface ExercisePage {
  readonly id: string;
  readonly title: string;
  readonly minutes: number;
  readonly parts: readonly PartPage[];
  /** The task that is open now; '' when all are done. */
  readonly task: string;
}

export type PartPage =
  | { readonly kind: 'prose'; readonly text: readonly Rich[] }
  | { readonly kind: 'task'; readonly task: TaskPage };

export interface TaskPage {
  readonly id: string;
  readonly title: readonly Rich[];
  readonly number: number;
  readonly state: TaskState;
  readonly text: readonly Rich[];
  /** Undefined for a task that is done in the room and not said. */
  readonly ask: AskPage | undefined;
  /** Hints that were shown already. */
  readonly hints: readonly (readonly Rich[])[];
  readonly hintsLeft: number;
  readonly tries: number;
  readonly solutionShown: boolean;
  /** Why it is so: only once it is solved. */
  readonly why: readonly Rich[];
}

export interface AskPage {
  readonly type: AskSpec['type'];
  readonly unit: string;
  readonly choices: readonly string[];
  /** What an answer looks like, in words. */
  readonly form: string;
}

/** A verdict whose sentence is split into text and names. */
export type VerdictPage =
  | Extract<Verdict, { kind: 'pass' | 'blocked' }>
  | (Exclude<Verdict, { kind: 'pass' | 'blocked' }> & { readonly text: readonly Rich[] });

export interface SolutionPage {
  readonly answer: string;
  readonly blocks: readonly { readonly on: string; readonly script: string }[];
}

export function labPage(
  session: Session,
  { labs, places, topology }: Pick<Desk, 'labs' | 'places' | 'topology'>,
  pictureUrl: PictureUrl,
): LabPage {
  const { lab, progress } = session;
  const { stack, engine, networks, nodes, outside } = topology;
  return {
    name: lab.name,
    title: sanitizeLine(lab.title),
    labs: labs.map(({ name, title }) => ({ name, title: sanitizeLine(title) })),
    stack,
    story: renderRich(lab.story, pictureUrl),
    exercises: lab.exercises.map((exercise) => ({
      id: exercise.id,
      title: titleOf(session, exercise),
      minutes: exercise.minutes,
      tasks: exercise.tasks.map((task) => ({ id: task.id, state: session.record(exercise, task).state })),
    })),
    current: session.position().exercise?.id ?? '',
    begun: progress.data.current[lab.name] !== undefined,
    places,
    topology: { stack, engine, networks, nodes, outside },
  };
}

/** The text to the open task; of what comes after it only the headings, so that nothing is given away. */
export function exercisePage(session: Session, exercise: Exercise, pictureUrl: PictureUrl): ExercisePage {
  const vars = session.vars(exercise);
  const rich = (markdown: string) => renderRich(fillProse(markdown, vars), pictureUrl);
  const open = exercise.tasks.find((task) => !isDone(session.record(exercise, task)));
  const reached = open === undefined ? exercise.parts.length : exercise.parts.findIndex((part) => isTask(part, open));
  const parts = exercise.parts.flatMap((part, index): PartPage[] => {
    if (part.kind === 'prose') return index > reached ? [] : [{ kind: 'prose', text: rich(part.markdown) }];
    return [{ kind: 'task', task: taskPage(session, exercise, part.task, index > reached, rich) }];
  });
  return { id: exercise.id, title: titleOf(session, exercise), minutes: exercise.minutes, parts, task: open?.id ?? '' };
}

function taskPage(
  session: Session,
  exercise: Exercise,
  task: Task,
  isAhead: boolean,
  rich: (markdown: string) => readonly Rich[],
): TaskPage {
  const record = session.record(exercise, task);
  const { ask } = task.check.kind === 'ask' ? task.check : { ask: undefined };
  return {
    id: task.id,
    title: renderSentence(fillProse(task.title, session.vars(exercise))),
    number: exercise.tasks.indexOf(task) + 1,
    state: record.state,
    text: isAhead ? [] : rich(task.markdown),
    ask: ask && { type: ask.type, unit: ask.unit, choices: ask.choices, form: describeAnswer(ask) },
    hints: task.hints.slice(0, record.hints).map(({ markdown }) => rich(markdown)),
    hintsLeft: Math.max(0, task.hints.length - record.hints),
    tries: record.tries,
    solutionShown: record.solutionShown,
    why: record.state === 'solved' ? rich(task.why) : [],
  };
}

export function verdictPage(verdict: Verdict): VerdictPage {
  if (verdict.kind === 'pass' || verdict.kind === 'blocked') return verdict;
  return { ...verdict, text: renderSentence(verdict.say) };
}

export function solutionPage(session: Session, exercise: Exercise, { answer, blocks }: Solution): SolutionPage {
  const vars = session.vars(exercise);
  return {
    answer: sanitizeLine(answer),
    blocks: blocks.map(({ on, script }) => ({ on: fillProse(on, vars), script: withVars(script, vars) })),
  };
}

/** Led by the variables that it uses, so that it can be pasted. */
function withVars(script: string, vars: ReturnType<Session['vars']>): string {
  const used = Object.entries(vars).filter(([name]) => new RegExp(`\\$\\{?${name}\\b`).test(script));
  return `${used.map(([name, value]) => `${name}=${value}\n`).join('')}${script}`.trimEnd();
}

function titleOf(session: Session, exercise: Exercise): string {
  // Without the backticks of names: it stands in lists and in the browser's title too.
  return sanitizeLine(fillProse(exercise.title, session.vars(exercise))).replaceAll('`', '');
}

function isTask(part: Exercise['parts'][number], task: Task): boolean {
  return part.kind === 'task' && part.task === task;
}

function isDone({ state }: TaskProgress): boolean {
  return state === 'solved' || state === 'skipped';
}
