// A seat's journal as text: one event a line, appended, readable again after a kill in the middle of a line.

import * as v from 'valibot';
import { eventSchema, follows, type ReportEvent } from './event.ts';

export interface Journal {
  readonly events: readonly ReportEvent[];
  /** Length of the good beginning, characters: what a kill cut short begins there. */
  readonly goodLength: number;
  /** The number of the first line, from 1, that is no event of the chain; 0 when all are. A last line without its end is none. */
  readonly badLine: number;
}

export function renderEvent(event: ReportEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** Everything up to the first line that does not belong to the chain. Never throws. */
export function parseJournal(text: string): Journal {
  const events: ReportEvent[] = [];
  let goodLength = 0;
  for (;;) {
    const end = text.indexOf('\n', goodLength);
    if (end < 0) return { events, goodLength, badLine: 0 };
    const event = parseEvent(text.slice(goodLength, end));
    if (event === undefined || !follows(event, events.at(-1)))
      return { events, goodLength, badLine: events.length + 1 };
    events.push(event);
    goodLength = end + 1;
  }
}

/** Undefined for a line that is none. */
export function parseEvent(line: string): ReportEvent | undefined {
  try {
    const parsed = v.safeParse(eventSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
