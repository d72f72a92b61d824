// podlab begin: from a fresh machine to the first task, or to a guided tour when nobody is at a terminal.

import { examineHost } from '../../driver/doctor/examine-host.ts';
import { isMet } from '../../driver/doctor/finding.ts';
import { missingPackages } from '../../driver/doctor/programs.ts';
import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readLab } from '../lab-files.ts';
import { roomFor, sessionFor } from '../lab-room.ts';
import { formatOf } from '../terminal/format-of.ts';
import { installPackages } from './setup.ts';
import { startLab } from './start.ts';

const firstLab = 'by-hand';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  await makeSuitable(app);
  const isAtTerminal = app.stdin.isTTY === true && app.stdout.isTTY === true;
  if (isAtTerminal && options.tour !== true) return startLab(app, firstLab, undefined);
  return tour(app, options.json === true);
}

/** Installs what the labs need where that is allowed. @throws LabError HOST_UNSUITABLE with everything that is missing */
async function makeSuitable(app: App): Promise<void> {
  const packages = missingPackages(app.programPath, ['sandbox', 'labs']);
  if (packages.length > 0) {
    app.stderr.write(`missing Debian packages: ${packages.join(' ')}\n`);
    await installPackages(app, packages);
  }
  const findings = await examineHost(app.uid, app.programPath);
  if (isMet(findings, 'labs')) return;
  const missing = findings.filter(({ isOk, need }) => !isOk && (need === 'sandbox' || need === 'labs'));
  const lines = missing.map(
    ({ what, evidence, fix }) => `  ${what} [${evidence}]${fix === '' ? '' : `; remedy: ${fix}`}`,
  );
  throw new LabError('HOST_UNSUITABLE', `this machine cannot run the labs yet:\n${lines.join('\n')}`, {
    hint: 'Apply the remedies, then run "podlab begin" again; "podlab doctor" shows everything.',
  });
}

async function tour(app: App, json: boolean): Promise<number> {
  const { runTour } = await import('../tour/run-tour.ts');
  const { transientProgress } = await import('../../workshop/progress.ts');
  const lab = await readLab(app, firstLab);
  const room = await roomFor(app, lab, undefined);
  try {
    // The tour's own progress is forgotten: a participant's stays as it is.
    const session = await sessionFor(app, lab, room, transientProgress());
    const print = (text: string) => {
      if (!json) app.stdout.write(text);
    };
    const result = await runTour(session, print, formatOf(app.stdout));
    app.answer(json, result, () => '');
    return result.ok ? exitCodes.done : exitCodes.no;
  } finally {
    const driver = await app.driver(room.topology.driver);
    if (room.created) await driver.down(room.stack, await app.reporter());
  }
}
