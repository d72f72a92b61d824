// Tells the workshop's server what happens at a seat: from the journal, whenever the server can be reached.

import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { postPinned } from '../host/https.ts';
import type { ReportBody } from '../report/event.ts';
import { takeWord } from '../report/inbox.ts';
import { parseJournal } from '../report/journal.ts';
import { observeSession } from '../report/observe-session.ts';
import { parseAnswer, parseSettings, type ReportAnswer, type ReportSettings } from '../report/settings.ts';
import type { Session } from '../workshop/session.ts';
import type { App } from './app.ts';
import { changeInbox, readInbox } from './inbox-file.ts';
import { appendToJournal, journalFile } from './seat-journal.ts';

export interface Sent {
  readonly state: 'sent' | 'off' | 'unreachable' | 'refused';
  /** Events that still wait. */
  readonly waiting: number;
  /** Why it was not sent; '' when it was. */
  readonly why: string;
}

/** In one request; a server refuses bodies of more than a mebibyte. */
const maxBatch = 50;
const timeoutMs = 5000;

export function settingsFile(app: Pick<App, 'paths'>, stack: string): string {
  return join(app.paths.state, stack, 'report.json');
}

export function readSettings(app: Pick<App, 'paths'>, stack: string): ReportSettings | undefined {
  const text = readTextIfExists(settingsFile(app, stack));
  return text === undefined ? undefined : parseSettings(text);
}

export function writeSettings(app: Pick<App, 'paths'>, stack: string, settings: ReportSettings): void {
  writeFileAtomic(settingsFile(app, stack), `${JSON.stringify(settings)}\n`);
}

/** The session, with everything that happens in it written down and reported. A failure to do so disturbs no check. */
export function reportedSession(app: App, stack: string, session: Session): Session {
  let turn = Promise.resolve();
  let isWarned = false;
  const warn = (what: string) => {
    if (!isWarned) app.stderr.write(`podlab: ${what}\n`);
    isWarned = true;
  };
  return observeSession(session, (body) => {
    turn = turn
      .then(() => record(app, stack, { ...body, at: Date.now() }))
      .then(({ state, waiting, why }) => {
        if (state === 'unreachable') warn(`${why}; ${waiting} reports are kept and sent later`);
        if (state === 'refused') warn(why);
      })
      .catch((error: Error) => warn(`the journal of ${stack} could not be written: ${error.message}`));
  });
}

/** Writes one event down, then sends what waits. */
export async function record(app: App, stack: string, body: ReportBody): Promise<Sent> {
  await appendToJournal(app, stack, body);
  return sendWaiting(app, stack);
}

/** Asks the server what it has for this seat, and sends what waits. Never throws for what the network does. */
export async function hearWord(app: App, stack: string): Promise<Sent> {
  return sendWaiting(app, stack, true);
}

/**
 * Sends what the server does not have yet, and takes what it answers. Never throws for what the network does.
 *
 * @param asks also when nothing waits
 */
export async function sendWaiting(app: App, stack: string, asks = false): Promise<Sent> {
  let settings = readSettings(app, stack);
  if (settings === undefined) return { state: 'off', waiting: 0, why: '' };
  const { events } = parseJournal(readTextIfExists(journalFile(app, stack)) ?? '');
  // Each round sends at least one event, or is the last.
  for (let round = 0; round <= events.length; round++) {
    const batch = events.slice(settings.known, settings.known + maxBatch);
    const isAsking = asks && round === 0;
    if (batch.length === 0 && !isAsking) return { state: 'sent', waiting: 0, why: '' };
    const waiting = events.length - settings.known;
    const answer = await post(settings, { events: batch, heard: readInbox(app, stack).heard, clock: Date.now() });
    if ('state' in answer) return { ...answer, waiting };
    await changeInbox(app, stack, (inbox) => takeWord(inbox, answer, Date.now()));
    if (answer.known === settings.known && batch.length > 0) {
      return { state: 'refused', waiting, why: `${settings.url} takes no more reports of ${stack}` };
    }
    if (answer.known === settings.known) return { state: 'sent', waiting: 0, why: '' };
    settings = { ...settings, known: Math.min(answer.known, events.length) };
    writeSettings(app, stack, settings);
  }
  return { state: 'sent', waiting: 0, why: '' };
}

async function post(settings: ReportSettings, message: object): Promise<ReportAnswer | Omit<Sent, 'waiting'>> {
  const { url } = settings;
  try {
    const { status, text } = await exchange(settings, JSON.stringify(message));
    const answer = status === 200 ? parseAnswer(jsonOf(text)) : undefined;
    if (answer !== undefined) return answer;
    if (status >= 500 || status === 429) return { state: 'unreachable', why: `${url} answers ${status}` };
    const why = status === 401 ? 'the token is not valid (any more)' : `it answers ${status}`;
    return { state: 'refused', why: `${url} refuses the reports: ${why}` };
  } catch (error) {
    const { message: said, cause } = error as Error;
    return { state: 'unreachable', why: `${url} cannot be reached (${cause instanceof Error ? cause.message : said})` };
  }
}

async function exchange({ url, token, certificate }: ReportSettings, body: string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const door = new URL('api/events', url);
  if (certificate !== '') return postPinned(door, { headers, body, certificate, timeoutMs });
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(door, { method: 'POST', headers, body, signal, redirect: 'error' });
  return { status: answer.status, text: await answer.text() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
