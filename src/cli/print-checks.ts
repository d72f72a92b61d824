// Prints verdicts, for check, answer and solve.

import type { Exercise, Task, Verdict } from '../workshop/exercise.ts';
import type { Session } from '../workshop/session.ts';
import type { App } from './app.ts';

export async function printChecks(
  app: App,
  json: boolean,
  session: Session,
  exercise: Exercise,
  checked: readonly { readonly task: Task; readonly verdict: Verdict }[],
): Promise<void> {
  const { renderVerdict } = await import('./terminal/verdict.ts');
  const { formatOf } = await import('./terminal/format-of.ts');
  const format = formatOf(app.stdout);
  const rows = checked.map(({ task, verdict }) => ({ task: task.id, title: task.title, verdict }));
  app.answer(json, { lab: session.lab.name, exercise: exercise.id, checks: rows }, () =>
    checked.map(({ task, verdict }) => `${renderVerdict(verdict, task, format)}\n`).join('\n'),
  );
}
