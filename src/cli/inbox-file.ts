// The inbox of one seat on disk: what its workshop told it, for every podlab that works at this seat.

import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { withLockInTurn } from '../host/lock.ts';
import { emptyInbox, type Inbox, parseInbox, takeWord } from '../report/inbox.ts';
import type { App } from './app.ts';

type Place = Pick<App, 'paths'>;

/** An empty one when there is none, or when it is not what podlab wrote: the server tells everything again. */
export function readInbox(app: Place, stack: string): Inbox {
  const text = readTextIfExists(inboxFile(app, stack));
  return (text === undefined ? undefined : parseInbox(text)) ?? emptyInbox;
}

/** Whether this seat has ever been told anything. */
export function hasInbox(app: Place, stack: string): boolean {
  return readTextIfExists(inboxFile(app, stack)) !== undefined;
}

/** Podlabs that work on the same seat take turns; what does not change is not written. @returns how it was before */
export async function changeInbox(app: Place, stack: string, change: (inbox: Inbox) => Inbox): Promise<Inbox> {
  const before = readInbox(app, stack);
  if (isSame(before, change(before)) && hasInbox(app, stack)) return before;
  const path = inboxFile(app, stack);
  const turn = { onWait: () => {}, signal: new AbortController().signal };
  return withLockInTurn(`${path}.lock`, turn, async () => {
    const now = readInbox(app, stack);
    writeFileAtomic(path, `${JSON.stringify(change(now))}\n`);
    return now;
  });
}

/** What the workshop file says, for a seat that may be used before the server has run. */
export async function keepPolicy(
  app: Place,
  stack: string,
  { hints, opensAt, closesAt }: { hints: 'open' | 'locked'; opensAt: number; closesAt: number },
): Promise<void> {
  const isUsual = hints === 'open' && opensAt === 0 && closesAt === 0;
  if (isUsual && !hasInbox(app, stack)) return;
  const now = Date.now();
  const spans = {
    ...(opensAt === 0 ? {} : { opensInMs: opensAt - now }),
    ...(closesAt === 0 ? {} : { closesInMs: closesAt - now }),
  };
  await changeInbox(app, stack, (inbox) => takeWord(inbox, { hints, notices: [], ...spans }, now));
}

/** The resets that this seat's podlab is to do; whoever takes them does them. */
export async function takeResets(app: Place, stack: string): Promise<readonly string[]> {
  if (readInbox(app, stack).resets.length === 0) return [];
  const { resets } = await changeInbox(app, stack, (inbox) => ({ ...inbox, resets: [] }));
  return resets;
}

export function inboxFile(app: Place, stack: string): string {
  return join(app.paths.state, stack, 'inbox.json');
}

function isSame(one: Inbox, other: Inbox): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
