// podlab page: a lab in the browser, for as long as the command runs.

import { join } from 'node:path';
import { readTextIfExists } from '../../host/files.ts';
import { openTerminal } from '../../host/pty.ts';
import type { Desk } from '../../web/participant/desk.ts';
import { serveParticipant } from '../../web/participant/serve.ts';
import type { Lab } from '../../workshop/exercise.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readLab } from '../lab-files.ts';
import { type LabRoom, rememberLab, roomFor, sessionFor } from '../lab-room.ts';
import { portOf, untilInterrupted } from '../page-server.ts';
import { shellEntry } from './shell.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const lab = await readLab(app, args[0] ?? 'by-hand');
  const given = options.stack as string | undefined;
  const room = await roomFor(app, lab, given);
  rememberLab(app, lab.name);
  const server = await serveParticipant(deskFor(app, lab, room, given), portOf(options.port));
  try {
    app.answer(options.json === true, { lab: lab.name, stack: room.stack, url: server.link() }, () => '');
    if (options.json !== true) app.stdout.write(`${server.link()}\n`);
    app.stderr.write('Open this link in your browser; it works once. Enter makes a new one, Ctrl-C ends the page.\n');
    await untilInterrupted(app, () => app.stdout.write(`${server.link()}\n`));
  } finally {
    await server.close();
  }
  return exitCodes.done;
}

function deskFor(app: App, lab: Lab, first: LabRoom, given: string | undefined): Desk {
  const { stack, topology } = first;
  let room = first;
  const places = [...topology.nodes.map(({ name }) => name), 'gateway'];
  return {
    lab,
    topology,
    places,
    session: async () => {
      room = await roomFor(app, lab, given);
      return sessionFor(app, lab, room);
    },
    room: async () => {
      const driver = await app.driver(topology.driver);
      const { state, since } = await driver.status(stack);
      if (state !== 'up') return undefined;
      // Another room by now: the old way in leads nowhere.
      if (`${stack}@${since}` !== room.roomId) room = await roomFor(app, lab, given);
      return room.context;
    },
    progressStamp: () => readTextIfExists(join(app.paths.state, stack, 'progress.json')) ?? '',
    openTerminal: async ({ place, ...request }) => {
      const { argv, env } = await shellEntry(app, stack, place);
      return openTerminal({ argv, env: { ...env, TERM: 'xterm-256color', COLORTERM: 'truecolor' }, ...request });
    },
  };
}
