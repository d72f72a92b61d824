// A seat's way to its workshop while somebody works there: asks the server now and then, and notices what has come.

import { fileStamp, readTextIfExists } from '../host/files.ts';
import { emptyBoard, foldEvent } from '../report/board.ts';
import { type Inbox, isHandWaiting, wordsOf } from '../report/inbox.ts';
import { parseJournal } from '../report/journal.ts';
import type { SeatInbox } from '../web/participant/desk.ts';
import type { Exercise } from '../workshop/exercise.ts';
import type { App } from './app.ts';
import { changeInbox, hasInbox, inboxFile, readInbox, takeResets } from './inbox-file.ts';
import { hearWord, readSettings } from './reporting.ts';
import { journalFile } from './seat-journal.ts';

export interface Mailbox {
  /** What the seat knows of its workshop; undefined when it belongs to none. */
  inbox(): SeatInbox | undefined;
  /** What was not shown at a terminal yet, in words; it is then. */
  takeNew(): Promise<readonly { readonly words: string; readonly isReset: boolean }[]>;
  /** Fires when something comes. */
  next(): AbortSignal;
  /** Does the resets that the instructor asked for. @returns whether there was one */
  obey(): Promise<boolean>;
  close(): void;
}

const askMs = 5000;
const lookMs = 1000;

export function openMailbox(app: App, stack: string): Mailbox {
  let stamp = fileStamp(inboxFile(app, stack));
  let bell = new AbortController();
  const asking = setInterval(() => {
    if (readSettings(app, stack) !== undefined) void hearWord(app, stack).catch(() => {});
  }, askMs);
  const looking = setInterval(() => {
    const now = fileStamp(inboxFile(app, stack));
    if (now === stamp) return;
    stamp = now;
    bell.abort();
    bell = new AbortController();
  }, lookMs);
  // A seat without anything to do must not keep podlab from ending.
  asking.unref();
  looking.unref();
  if (readSettings(app, stack) !== undefined) void hearWord(app, stack).catch(() => {});
  return {
    inbox: () => seatInbox(app, stack),
    takeNew: async () => {
      const { notices, shown } = readInbox(app, stack);
      const fresh = notices.filter(({ number }) => number > shown);
      if (fresh.length === 0) return [];
      const last = fresh.at(-1)?.number ?? 0;
      await changeInbox(app, stack, (inbox) => ({ ...inbox, shown: Math.max(inbox.shown, last) }));
      return fresh.map((notice) => ({ words: wordsOf(notice), isReset: notice.kind === 'reset' }));
    },
    next: () => bell.signal,
    obey: () => obey(app, stack),
    close: () => {
      clearInterval(asking);
      clearInterval(looking);
    },
  };
}

/** Undefined for a seat that has never heard of a workshop. */
export function seatInbox(app: App, stack: string): SeatInbox | undefined {
  if (!hasInbox(app, stack) && readSettings(app, stack) === undefined) return undefined;
  const inbox: Inbox = readInbox(app, stack);
  const { events } = parseJournal(readTextIfExists(journalFile(app, stack)) ?? '');
  const board = events.reduce(foldEvent, emptyBoard);
  return { inbox, isHandUp: isHandWaiting(board, inbox.notices), now: Date.now() };
}

async function obey(app: App, stack: string): Promise<boolean> {
  const resets = await takeResets(app, stack);
  if (resets.length === 0) return false;
  const { readLab } = await import('./lab-files.ts');
  const { roomFor, sessionFor } = await import('./lab-room.ts');
  if (resets.includes('')) await buildAnew(app, stack);
  for (const id of resets.filter((one) => one !== '')) {
    const lab = await readLab(app, id.split('/')[0] ?? '');
    const session = await sessionFor(app, lab, await roomFor(app, lab, stack));
    const exercise: Exercise | undefined = lab.exercises.find((one) => one.id === id);
    if (exercise !== undefined) await session.reset(exercise);
  }
  return true;
}

async function buildAnew(app: App, stack: string): Promise<void> {
  const { loadStack } = await import('./stack-files.ts');
  const { silentReporter } = await import('../reporter.ts');
  const { topology, file } = await loadStack(app, stack);
  await (await app.driver(topology.driver)).up({ topology, file, anew: true }, silentReporter);
}
