// Tells the workshop's server what happens at a seat: from the journal, whenever the server can be reached.

import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import type { ReportBody } from '../report/event.ts';
import { parseJournal } from '../report/journal.ts';
import { observeSession } from '../report/observe-session.ts';
import { parseAnswer, parseSettings, type ReportSettings } from '../report/settings.ts';
import type { Session } from '../workshop/session.ts';
import type { App } from './app.ts';
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

/** Sends what the server does not have yet. Never throws for what the network does. */
export async function sendWaiting(app: App, stack: string): Promise<Sent> {
  let settings = readSettings(app, stack);
  if (settings === undefined) return { state: 'off', waiting: 0, why: '' };
  const { events } = parseJournal(readTextIfExists(journalFile(app, stack)) ?? '');
  // Each round sends at least one event, or is the last.
  for (let round = 0; round <= events.length; round++) {
    const batch = events.slice(settings.known, settings.known + maxBatch);
    if (batch.length === 0) return { state: 'sent', waiting: 0, why: '' };
    const waiting = events.length - settings.known;
    const answer = await post(settings, batch);
    if (typeof answer !== 'number') return { ...answer, waiting };
    if (answer === settings.known) {
      return { state: 'refused', waiting, why: `${settings.url} takes no more reports of ${stack}` };
    }
    settings = { ...settings, known: Math.min(answer, events.length) };
    writeSettings(app, stack, settings);
  }
  return { state: 'sent', waiting: 0, why: '' };
}

/** What the server then knows. */
async function post(
  { url, token }: ReportSettings,
  events: readonly object[],
): Promise<number | Omit<Sent, 'waiting'>> {
  try {
    const answer = await fetch(new URL('api/events', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ events }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const known = answer.ok ? parseAnswer(await answer.json()) : undefined;
    if (known !== undefined) return known;
    if (answer.status >= 500 || answer.status === 429) {
      return { state: 'unreachable', why: `${url} answers ${answer.status}` };
    }
    const why = answer.status === 401 ? 'the token is not valid (any more)' : `it answers ${answer.status}`;
    return { state: 'refused', why: `${url} refuses the reports: ${why}` };
  } catch (error) {
    const { message, cause } = error as Error;
    return {
      state: 'unreachable',
      why: `${url} cannot be reached (${cause instanceof Error ? cause.message : message})`,
    };
  }
}
