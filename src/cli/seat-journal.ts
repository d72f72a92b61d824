// The journal of one seat: what happened in its labs, on disk before anybody is told.

import { join } from 'node:path';
import { appendToFileSync, keepAside, readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { withLockInTurn } from '../host/lock.ts';
import { chainEvent, type ReportBody } from '../report/event.ts';
import { parseJournal, renderEvent } from '../report/journal.ts';
import type { App } from './app.ts';

export function journalFile(app: Pick<App, 'paths'>, stack: string): string {
  return join(app.paths.state, stack, 'journal.jsonl');
}

/** Adds one event; podlabs that work on the same seat take turns. */
export async function appendToJournal(app: App, stack: string, body: ReportBody): Promise<void> {
  const path = journalFile(app, stack);
  const turn = { onWait: () => {}, signal: new AbortController().signal };
  await withLockInTurn(`${path}.lock`, turn, async () => {
    const text = readTextIfExists(path) ?? '';
    const { events, goodLength, badLine } = parseJournal(text);
    if (badLine > 0) {
      const aside = keepAside(path, Date.now());
      app.stderr.write(
        `podlab: line ${badLine} of ${path} was changed; it is kept as ${aside}, and a new one begins\n`,
      );
    } else if (goodLength < text.length) {
      // Cut short by a kill: nobody has seen that event, and nobody will miss it.
      writeFileAtomic(path, text.slice(0, goodLength));
    }
    appendToFileSync(path, renderEvent(chainEvent(body, badLine > 0 ? undefined : events.at(-1))));
  });
}
