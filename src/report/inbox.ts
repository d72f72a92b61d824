// What a seat has been told by its workshop: words, opened hints, resets that wait, and how long the workshop is open.

import * as v from 'valibot';
import type { HintRule } from '../workshop/hints.ts';
import type { SeatBoard } from './board.ts';
import { type Notice, noticeSchema } from './notice.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const inboxSchema = v.object({
  /** The number of the last notice that came. */
  heard: count,
  /** The number of the last notice that was shown at the terminal. */
  shown: count,
  /** The last ones, in order. */
  notices: v.array(noticeSchema),
  /** `lab/exercise/task` whose hints the instructor has opened. */
  unlocked: v.array(v.string()),
  /** Resets that this seat's podlab is to do: `lab/exercise`, or '' for the room. */
  resets: v.array(v.string()),
  hints: v.picklist(['open', 'locked']),
  /** On the clock of the seat's own machine, Unix milliseconds; 0 is no limit. */
  opensAt: count,
  closesAt: count,
});

export type Inbox = v.InferOutput<typeof inboxSchema>;

/** What the server's answer says of the workshop. Times are spans, so that no clock is compared with another. */
export interface WorkshopWord {
  readonly notices: readonly Notice[];
  readonly hints: 'open' | 'locked';
  /** Until it opens or closes, milliseconds; undefined is no limit. Below 0 when that is past. */
  readonly opensInMs?: number | undefined;
  readonly closesInMs?: number | undefined;
}

const kept = 30;

export const emptyInbox: Inbox = {
  ...{ heard: 0, shown: 0, notices: [], unlocked: [], resets: [] },
  ...{ hints: 'open', opensAt: 0, closesAt: 0 },
};

/** The inbox with what is new in an answer; notices that came before are not taken twice. */
export function takeWord(inbox: Inbox, word: WorkshopWord, now: number): Inbox {
  const fresh = word.notices.filter(({ number }) => number > inbox.heard);
  const of = (kind: Notice['kind']) => fresh.filter((notice) => notice.kind === kind);
  const opened = of('unlock').map(({ exercise, task }) => `${exercise}/${task}`);
  const resets = of('reset').flatMap(({ exercise, done }) => (done ? [] : [exercise]));
  return {
    heard: fresh.at(-1)?.number ?? inbox.heard,
    shown: inbox.shown,
    notices: [...inbox.notices, ...fresh].slice(-kept),
    unlocked: [...new Set([...inbox.unlocked, ...opened])],
    resets: [...new Set([...inbox.resets, ...resets])],
    hints: word.hints,
    opensAt: timeAfter(word.opensInMs, now, inbox.opensAt),
    closesAt: timeAfter(word.closesInMs, now, inbox.closesAt),
  };
}

export function hintRuleOf({ hints, unlocked }: Inbox, exercise: string, task: string): HintRule {
  if (unlocked.includes(`${exercise}/${task}`)) return 'open';
  return hints === 'locked' ? 'closed' : 'lab';
}

/** A hand that has been answered is down, until it is raised again. */
export function isHandWaiting({ isHandUp, handAt }: SeatBoard, notices: readonly Notice[]): boolean {
  return isHandUp && !notices.some(({ kind, event }) => kind === 'hand' && event >= handAt);
}

/** A notice in words, as it is shown at a seat. */
export function wordsOf({ kind, text, exercise, task, done }: Notice): string {
  if (kind === 'unlock') return `The instructor has opened the hints of ${exercise}/${task}.`;
  if (kind === 'hand') return `Your raised hand has been seen.${text === '' ? '' : ` ${text}`}`;
  if (kind === 'message') return text;
  if (exercise === '') return `The instructor ${done ? 'has built' : 'builds'} this room anew.`;
  return `The instructor ${done ? 'has put' : 'puts'} ${exercise} back to its start.`;
}

/** Undefined for what is not ours. */
export function parseInbox(text: string): Inbox | undefined {
  try {
    const parsed = v.safeParse(inboxSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Answers come seconds apart; a time that only the network's delay has moved stays as it is. */
function timeAfter(span: number | undefined, now: number, before: number): number {
  if (span === undefined) return 0;
  const time = Math.max(1, Math.round(now + span));
  return Math.abs(time - before) < 2000 ? before : time;
}
