// podlab fleet export: what was reported, for other programs.

import { resolve } from 'node:path';
import { LabError } from '../../error.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { type ExportFormat, exportFormats } from '../../report/export.ts';
import { exportOf } from '../../web/instructor/actions.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { readLab } from '../lab-files.ts';
import { readReports, tasksOf } from '../workshop-desk.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const format = formatOf(options.format);
  const { workshop } = await openFleet(app, options.workshop as string | undefined);
  const { name, title, seats } = workshop;
  const labs = await Promise.all(workshop.labs.map((lab) => readLab(app, lab)));
  const entries = seats.map(({ stack, number, person }) => ({ seat: stack, number, person }));
  const reports = readReports(
    app,
    name,
    entries.map(({ seat }) => seat),
  );
  const text = exportOf({ name, title, tasks: tasksOf(labs), seats: entries, reports }, format);
  if (typeof options.out !== 'string') {
    app.stdout.write(text);
    return exitCodes.done;
  }
  writeFileAtomic(resolve(options.out), text);
  app.stderr.write(`${resolve(options.out)}, readable by you alone\n`);
  return exitCodes.done;
}

/** @throws LabError USAGE */
function formatOf(given: unknown): ExportFormat {
  const found = exportFormats.find((format) => format === (given ?? 'csv'));
  if (found !== undefined) return found;
  throw new LabError('USAGE', `--format: there is no format ${given}`, {
    hint: `There are: ${exportFormats.join(', ')}.`,
  });
}
