// Chooses how progress is shown on standard error.

import type { Reporter } from '../../reporter.ts';
import { plainReporter } from './plain-reporter.ts';
import type { TextStream } from './spinner.ts';
import { terminalReporter } from './terminal-reporter.ts';

/** A spinner on a terminal, lines elsewhere; `quiet` leaves only warnings. */
export function chooseReporter({ stream, quiet }: { stream: TextStream; quiet: boolean }): Reporter {
  if (quiet) return warningsOnly(stream);
  // A "dumb" terminal, such as an editor's, can't replace a line.
  return stream.isTTY === true && process.env.TERM !== 'dumb' ? terminalReporter(stream) : plainReporter(stream);
}

function warningsOnly(stream: TextStream): Reporter {
  const { warn } = plainReporter(stream);
  return { step: (_title, work) => work(() => {}), info: () => {}, warn };
}
