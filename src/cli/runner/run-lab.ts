// Walks a participant through a lab: interactively at a terminal, as plain text elsewhere.

import type { Session } from '../../workshop/session.ts';
import { describeCurrentTask } from './line-mode.ts';
import type { RunnerMail } from './runner-io.ts';
import type { TerminalStreams } from './terminal-io.ts';

export type LabStreams = Omit<TerminalStreams, 'stdin'> & {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
};

/** Returns when the participant leaves, the lab is done, or, without a terminal, the current task has been printed. */
export async function runLab(session: Session, streams: LabStreams, mail?: RunnerMail): Promise<void> {
  const { stdin, stdout } = streams;
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    stdout.write(await describeCurrentTask(session, { color: false, width: 80 }));
    return;
  }
  const { terminalIo } = await import('./terminal-io.ts');
  const { runInteractive } = await import('./interactive.ts');
  await runInteractive(session, terminalIo(streams), mail);
}
