// Rooms on the server's own machine: their files are here.

import { takeWord } from '../report/inbox.ts';
import type { Lab } from '../workshop/exercise.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import { changeInbox } from './inbox-file.ts';
import { watchJournals } from './local-journals.ts';
import { seatDesks } from './seat-desks.ts';
import type { WorkshopRooms } from './workshop-rooms.ts';

export function nearRooms(app: App, fleet: Fleet, labs: readonly Lab[], rootShells: boolean): WorkshopRooms {
  return {
    ...seatDesks(app, fleet, labs, rootShells),
    tell: async (seat, wordAfter) => {
      await changeInbox(app, seat, (inbox) => {
        const now = Date.now();
        // More than one answer carries at a time is heard in several.
        let heard = inbox;
        for (let before = -1; heard.heard > before; ) {
          before = heard.heard;
          heard = takeWord(heard, wordAfter(before), now);
        }
        return heard;
      });
    },
    watch: (desk) => watchJournals(app, desk),
  };
}
