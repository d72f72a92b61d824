// Rooms that stand elsewhere and are reached from here, never the other way: what happens there is followed, what is said is left there.

import { setTimeout as pause } from 'node:timers/promises';
import { LabError } from '../error.ts';
import type { Seat } from '../fleet/workshop.ts';
import type { ReportEvent } from '../report/event.ts';
import type { WorkshopWord } from '../report/inbox.ts';
import { parseEvent } from '../report/journal.ts';
import type { Notice } from '../report/notice.ts';
import { atMost } from '../web/at-most.ts';
import type { InstructorDesk } from '../web/instructor/desk.ts';
import { countsAt, wordFor } from '../web/instructor/reports.ts';
import type { Fleet } from './fleet.ts';
import type { SeatPlace, SeatReach } from './seat-place.ts';
import type { WorkshopRooms } from './workshop-rooms.ts';

/** Commands in seats at the same time: each is a process there. */
const commandsAtOnce = 8;
const usualRetryMs = 3000;
/** Lines of so long are taken together: at first it is the whole journal. */
const gatherMs = 50;

export function farRooms(
  { workshop, locked }: Pick<Fleet, 'workshop' | 'locked'>,
  place: Pick<SeatPlace, 'reset'>,
  reach: SeatReach,
  retryMs = usualRetryMs,
): WorkshopRooms {
  const gate = atMost(commandsAtOnce);
  const followed = new Set<string>();
  const turns = new Map<string, Promise<void>>();
  const known = (name: string): Seat => {
    const seat = workshop.seats.find(({ stack }) => stack === name);
    if (seat === undefined) throw new LabError('NOT_FOUND', `there is no seat "${name}"`);
    return seat;
  };
  // One after the other, each with all that there is to say then: the last is the newest.
  const tell = (seat: Seat, wordAfter: (heard: number) => WorkshopWord) => {
    const before = turns.get(seat.stack) ?? Promise.resolve();
    const now = before.catch(() => {}).then(() => gate(() => reach.tell(seat, JSON.stringify(wholeWord(wordAfter)))));
    turns.set(seat.stack, now);
    return now;
  };
  return {
    // A pod that is not there now is made again: it can be reset all the same.
    isHere: () => true,
    desk: async (name) => {
      throw new LabError('STACK_NOT_UP', `the page of ${known(name).stack} is not on this server`, {
        hint: 'Its address is on its card ("podlab fleet cards").',
      });
    },
    look: (name) => gate(() => reach.look(known(name))),
    reset: async (name, exercise) => {
      const seat = known(name);
      if (exercise === '') await locked(() => place.reset(seat));
      else await gate(() => reach.resetExercise(seat, exercise));
    },
    tell: async (name, wordAfter) => {
      // One that is not followed now is told as soon as it is.
      if (followed.has(name)) await tell(known(name), wordAfter);
    },
    watch: async (desk) => {
      const end = new AbortController();
      for (const seat of workshop.seats) void follow(seat, desk, end.signal);
      return () => end.abort();
    },
  };

  async function follow(seat: Seat, desk: InstructorDesk, signal: AbortSignal): Promise<void> {
    let isWarned = false;
    while (!signal.aborted) {
      const why = await followOnce(seat, desk, signal);
      followed.delete(seat.stack);
      // Once for each kind of trouble: it may last.
      if (why !== '' && !isWarned) desk.warn(`${seat.stack} is not followed: ${why}`);
      isWarned = why !== '';
      await pause(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  async function followOnce(seat: Seat, desk: InstructorDesk, signal: AbortSignal): Promise<string> {
    const enough = new AbortController();
    let aheadMs: number | undefined;
    let events: ReportEvent[] = [];
    let timer: NodeJS.Timeout | undefined;
    let fault = '';
    const take = async () => {
      timer = undefined;
      const batch = events;
      events = [];
      try {
        const { state } = await desk.reports.receive(seat.stack, batch, countsAt(desk, aheadMs ?? 0));
        // Some are missing: from the beginning again.
        if (state === 'gap') enough.abort();
      } catch (error) {
        fault = `what happened there could not be kept: ${(error as Error).message}`;
        enough.abort();
      }
    };
    const onLine = (line: string) => {
      if (line === '') return;
      if (aheadMs === undefined) {
        aheadMs = Date.now() - Number(line);
        followed.add(seat.stack);
        tell(seat, (heard) => wordFor(desk, seat.stack, heard, Date.now())).catch((error: Error) =>
          desk.warn(`${seat.stack}: ${error.message}`),
        );
        return;
      }
      const event = parseEvent(line);
      if (event === undefined) return;
      events.push(event);
      timer ??= setTimeout(() => void take(), gatherMs);
    };
    const why = await reach.follow(seat, onLine, AbortSignal.any([signal, enough.signal]));
    clearTimeout(timer);
    if (events.length > 0 && !enough.signal.aborted) await take();
    return fault === '' ? why : fault;
  }
}

/** An answer to a report carries a few notices at a time; here they go all at once. */
function wholeWord(wordAfter: (heard: number) => WorkshopWord): WorkshopWord {
  const notices: Notice[] = [];
  for (;;) {
    const word = wordAfter(notices.length);
    if (word.notices.length === 0) return { ...word, notices };
    notices.push(...word.notices);
  }
}
