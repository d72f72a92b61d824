// What a participant reads of an exercise: the text up to the current task, hints, solutions.

import type { Exercise, Hint, Task } from '../../workshop/exercise.ts';
import { fillProse } from '../../workshop/fill-prose.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { Session, Solution } from '../../workshop/session.ts';
import type { VarValues } from '../../workshop/vars.ts';
import { describePlace, renderCodeBlock } from '../terminal/code-block.ts';
import { renderMarkdown, type TextFormat } from '../terminal/markdown.ts';
import { createPaint, onlyOwnStyles } from '../terminal/paint.ts';

export interface Excerpt {
  readonly text: string;
  /** How many parts of the exercise have been shown after this. */
  readonly shown: number;
}

/** The text up to and including a task, or to the end; `from` parts were shown before. */
export function readUpTo(
  session: Session,
  exercise: Exercise,
  task: Task | undefined,
  from: number,
  format: TextFormat,
): Excerpt {
  const at = exercise.parts.findIndex((part) => part.kind === 'task' && part.task === task);
  const shown = task === undefined ? exercise.parts.length : at + 1;
  const vars = session.vars(exercise);
  const texts = exercise.parts.slice(from, shown).map((part) => {
    if (part.kind === 'prose') return renderMarkdown(fillProse(part.markdown, vars), format);
    return readTask(session, exercise, part.task, format);
  });
  return { text: texts.filter((text) => text !== '').join('\n\n'), shown };
}

/** A task's heading and its text. */
export function readTask(session: Session, exercise: Exercise, task: Task, format: TextFormat): string {
  const text = renderMarkdown(fillProse(task.markdown, session.vars(exercise)), format);
  return `${renderTaskHeading(session, exercise, task, format)}\n\n${text}`.trimEnd();
}

/** `Exercise 2 of 9: A cable with two ends`, and how long it takes. */
export function renderExerciseHeading(session: Session, exercise: Exercise, { color }: TextFormat): string {
  const paint = createPaint(color);
  const { exercises } = session.lab;
  const title = sanitizeLine(fillProse(exercise.title, session.vars(exercise)));
  const head = `Exercise ${exercises.indexOf(exercise) + 1} of ${exercises.length}: ${title}`;
  const rule = '═'.repeat(head.length);
  return onlyOwnStyles(
    `${paint('bold', head)}${paint('dim', `  ${exercise.minutes} min`)}\n${paint('dim', rule)}`,
    color,
  );
}

function renderTaskHeading(session: Session, exercise: Exercise, task: Task, { color, width }: TextFormat): string {
  const paint = createPaint(color);
  const { state } = session.record(exercise, task);
  const done =
    state === 'solved' ? `${paint('green', '✔')} ` : state === 'skipped' ? `${paint('dim', '(skipped)')} ` : '';
  const number = `Task ${exercise.tasks.indexOf(task) + 1} of ${exercise.tasks.length}`;
  const title = renderMarkdown(`**${number}** (\`${task.id}\`): **${fillProse(task.title, session.vars(exercise))}**`, {
    color,
    width,
  });
  return onlyOwnStyles(`${done}${title}`, color);
}

export function renderHint(hint: Hint, head: string, vars: VarValues, format: TextFormat): string {
  const paint = createPaint(format.color);
  return `${paint('bold', head)}\n${renderMarkdown(fillProse(hint.markdown, vars), format)}`;
}

/** The commands with where to type them, led by the variables that they use, so that they can be pasted. */
export function renderSolution({ blocks, answer }: Solution, vars: VarValues, { color }: TextFormat): string {
  const paint = createPaint(color);
  const scripts = blocks.map(({ on, script }) => {
    const used = Object.entries(vars).filter(([name]) => new RegExp(`\\$\\{?${name}\\b`).test(script));
    const assignments = used.map(([name, value]) => `${name}=${quoted(String(value))}\n`).join('');
    const where = describePlace(fillProse(on, vars)) || 'on the first node';
    return renderCodeBlock(assignments + script, 'sh', where, paint).join('\n');
  });
  const answered = answer === '' ? [] : [`  ${paint('dim', 'answer:')} ${paint('bold', sanitizeLine(answer))}`];
  return onlyOwnStyles([...scripts, ...answered].join('\n\n'), color);
}

function quoted(value: string): string {
  return /^[\w.:/-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
