// podlab start: go on with a lab where the participant was.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readLab } from '../lab-files.ts';
import { rememberLab, roomFor, sessionFor } from '../lab-room.ts';
import { openMailbox } from '../mailbox.ts';
import { runLab } from '../runner/run-lab.ts';
import { openShell } from './shell.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  return startLab(app, args[0] ?? 'by-hand', options.stack as string | undefined);
}

export async function startLab(app: App, name: string, stack: string | undefined): Promise<number> {
  const lab = await readLab(app, name);
  const room = await roomFor(app, lab, stack);
  rememberLab(app, lab.name);
  const mailbox = openMailbox(app, room.stack);
  const streams = {
    stdin: app.stdin,
    stdout: app.stdout,
    signal: app.signal,
    nodes: [...room.topology.nodes.map(({ name: node }) => node), 'gateway'],
    openShell: async (node: string) => {
      await openShell(app, room.stack, node);
    },
  };
  const reopen = async () => sessionFor(app, lab, await roomFor(app, lab, stack));
  try {
    await runLab(await sessionFor(app, lab, room), streams, { ...mailbox, reopen });
  } finally {
    mailbox.close();
  }
  return exitCodes.done;
}
