// podlab page: a lab in the browser, for as long as the command runs.

import { oneAtATime } from '../../web/one-at-a-time.ts';
import { serveParticipant } from '../../web/participant/serve.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { labDesk } from '../lab-desk.ts';
import { readLab } from '../lab-files.ts';
import { rememberLab, roomFor } from '../lab-room.ts';
import { openMailbox } from '../mailbox.ts';
import { portNumber } from '../number-options.ts';
import { untilInterrupted } from '../page-server.ts';

/** Requests of one page that may wait for each other. */
const mostWaiting = 8;

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const lab = await readLab(app, args[0] ?? 'by-hand');
  const given = options.stack as string | undefined;
  const room = await roomFor(app, lab, given);
  rememberLab(app, lab.name);
  const mailbox = openMailbox(app, room.stack);
  const desk = labDesk(app, {
    ...{ lab, labs: [lab], topology: room.topology, noShells: '' },
    inTurn: oneAtATime(mostWaiting),
    openRoom: async () => {
      await mailbox.obey();
      return roomFor(app, lab, given);
    },
    inbox: () => mailbox.inbox(),
  });
  const server = await serveParticipant(desk, portNumber('--port', options.port));
  try {
    app.answer(options.json === true, { lab: lab.name, stack: room.stack, url: server.link() }, () => '');
    if (options.json !== true) app.stdout.write(`${server.link()}\n`);
    app.stderr.write('Open this link in your browser; it works once. Enter makes a new one, Ctrl-C ends the page.\n');
    await untilInterrupted(app, () => app.stdout.write(`${server.link()}\n`));
  } finally {
    mailbox.close();
    await server.close();
  }
  return exitCodes.done;
}
