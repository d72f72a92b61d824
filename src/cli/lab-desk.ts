// A seat for the participant's page: a lab, the room it is done in, what the workshop said, shells.

import { join } from 'node:path';
import { LabError } from '../error.ts';
import { readTextIfExists } from '../host/files.ts';
import { openTerminal } from '../host/pty.ts';
import type { ProbeContext } from '../probe/probe.ts';
import type { Topology } from '../topology/topology.ts';
import type { Desk, LabEntry, SeatInbox } from '../web/participant/desk.ts';
import type { Lab } from '../workshop/exercise.ts';
import type { App } from './app.ts';
import { contextOf, type LabRoom, sessionFor } from './lab-room.ts';
import { record } from './reporting.ts';
import { shellEntry } from './verbs/shell.ts';

export interface LabDeskRequest {
  readonly lab: Lab;
  readonly labs: readonly LabEntry[];
  readonly topology: Topology;
  readonly inTurn: Desk['inTurn'];
  /** The seat's room, built if it is gone. */
  readonly openRoom: () => Promise<LabRoom>;
  readonly inbox: () => SeatInbox | undefined;
  /** Why this page opens no shells; '' when it does. */
  readonly noShells: string;
}

export function labDesk(app: App, request: LabDeskRequest): Desk {
  const { lab, labs, topology, inTurn, openRoom, inbox, noShells } = request;
  const { stack } = topology;
  let way: { readonly roomId: string; readonly context: ProbeContext; readonly at: number } | undefined;
  return {
    ...{ lab, labs, topology, inTurn, inbox },
    // The gateway of a sandbox is a namespace; that of other rooms is a machine that the room merely stands on.
    places: [...topology.nodes.map(({ name }) => name), ...(topology.driver === 'sandbox' ? ['gateway'] : [])],
    session: async () => sessionFor(app, lab, await openRoom()),
    room: async () => {
      // A picture that is looked at every other second must not log in on another host each time to hear that it is up.
      if (way !== undefined && Date.now() - way.at < trustMs(topology)) return way.context;
      const driver = await app.driver(topology.driver);
      const { state, since } = await driver.status(stack);
      if (state !== 'up') {
        way = undefined;
        return undefined;
      }
      const roomId = `${stack}@${since}`;
      // Another room by now: the old way in leads nowhere.
      const context = way?.roomId === roomId ? way.context : await contextOf(driver, topology, app.signal);
      way = { roomId, context, at: Date.now() };
      return context;
    },
    progressStamp: () => readTextIfExists(join(app.paths.state, stack, 'progress.json')) ?? '',
    raiseHand: async (isUp) => {
      const about = { exercise: '', task: '', verdict: '', diagnosis: '', say: '', evidence: '' } as const;
      await record(app, stack, { at: Date.now(), kind: isUp ? 'hand-up' : 'hand-down', ...about });
    },
    openTerminal: async ({ place, ...rest }) => {
      if (noShells !== '') throw new LabError('HOST_UNSUITABLE', noShells);
      const { argv, env } = await shellEntry(app, stack, place, true);
      return openTerminal({ argv, env: { ...env, TERM: 'xterm-256color', COLORTERM: 'truecolor' }, ...rest });
    },
  };
}

/** How long a room that was up is taken for up. To ask the sandbox costs a few file reads. */
function trustMs({ driver }: Topology): number {
  return driver === 'sandbox' ? 0 : 10_000;
}
