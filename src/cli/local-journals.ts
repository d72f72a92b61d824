// What happens at seats of this machine comes to the server without a report: their journals are here.

import { fileStamp, readTextIfExists } from '../host/files.ts';
import { parseJournal } from '../report/journal.ts';
import type { InstructorDesk } from '../web/instructor/desk.ts';
import { countsAt } from '../web/instructor/reports.ts';
import type { App } from './app.ts';
import { journalFile } from './seat-journal.ts';

const lookMs = 500;

/** Takes what is there, and what comes. @returns what ends it */
export async function watchJournals(app: App, desk: InstructorDesk): Promise<() => void> {
  const stamps = new Map<string, string>();
  let hasFailed = false;
  const look = async () => {
    for (const { seat } of desk.seats) {
      if (!desk.isHere(seat)) continue;
      const path = journalFile(app, seat);
      const stamp = fileStamp(path);
      if (stamp === stamps.get(seat)) continue;
      try {
        await takeJournal(path, seat, desk);
        stamps.set(seat, stamp);
        hasFailed = false;
      } catch (error) {
        // Tried again with the next look: a full disk, most likely.
        if (!hasFailed) desk.warn(`what happened at ${seat} could not be kept: ${(error as Error).message}`);
        hasFailed = true;
      }
    }
  };
  await look();
  let isLooking = false;
  const timer = setInterval(async () => {
    // A slow disk must not have looks pile up.
    if (isLooking) return;
    isLooking = true;
    await look();
    isLooking = false;
  }, lookMs);
  return () => clearInterval(timer);
}

async function takeJournal(path: string, seat: string, desk: InstructorDesk): Promise<void> {
  const { events } = parseJournal(readTextIfExists(path) ?? '');
  const known = desk.reports.events(seat).length;
  // One event that is known goes along, so that another history is noticed.
  await desk.reports.receive(seat, events.slice(Math.max(0, Math.min(known, events.length) - 1)), countsAt(desk, 0));
}
