// podlab labs: the labs with the participant's progress.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { labNames, readLab } from '../lab-files.ts';
import { progressOf } from '../lab-room.ts';
import { renderTable } from '../terminal/table.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const labs = await Promise.all((await labNames(app)).map((name) => describe(app, name)));
  app.answer(options.json === true, { labs }, () =>
    labs
      .map(({ name, title, stack, exercises }) => {
        const rows = exercises.map((one) => [one.id, one.title, `${one.minutes} min`, `${one.solved}/${one.tasks}`]);
        return `${name}: ${title} (stack ${stack})\n${renderTable(rows, ['exercise', 'title', 'time', 'solved'])}\n`;
      })
      .join('\n'),
  );
  return exitCodes.done;
}

async function describe(app: App, name: string) {
  const lab = await readLab(app, name);
  const progress = await progressOf(app, lab.stack);
  const exercises = lab.exercises.map(({ id, title, minutes, tasks }) => {
    const solved = tasks.filter((task) => progress.task(id, task.id).state === 'solved').length;
    return { id, title, minutes, tasks: tasks.length, solved };
  });
  return { name, title: lab.title, stack: lab.stack, exercises };
}
