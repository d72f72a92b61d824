// What the workshop's server tells a seat: a word from the instructor, opened hints, a reset, an answered hand.

import * as v from 'valibot';

export const noticeKinds = ['message', 'unlock', 'reset', 'hand'] as const;

/** The longest word of an instructor. Characters. */
export const maxNotice = 1000;

const id = v.pipe(v.string(), v.maxLength(200));

export const noticeSchema = v.strictObject({
  /** From 1, without gaps, for each seat. */
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Unix time of the server's clock, milliseconds. */
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
  kind: v.picklist(noticeKinds),
  /** Hostile until it is shown. */
  text: v.pipe(v.string(), v.maxLength(maxNotice)),
  /** `lab/exercise` whose hints are opened, or that is reset; '' otherwise, and for a reset of the whole room. */
  exercise: id,
  /** The task whose hints are opened; '' otherwise. */
  task: id,
  /** A reset: whether the server has done it, since the room is on its machine. Otherwise the seat's podlab does it. */
  done: v.boolean(),
  /** An answered hand: the number of the event that raised it; 0 otherwise. */
  event: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export type Notice = v.InferOutput<typeof noticeSchema>;
export type NoticeBody = Omit<Notice, 'number'>;

/** Of a text with one notice a line: all up to the first line that is none. A last line without its end is none. */
export function parseNotices(text: string): { readonly notices: readonly Notice[]; readonly goodLength: number } {
  const notices: Notice[] = [];
  let goodLength = 0;
  for (;;) {
    const end = text.indexOf('\n', goodLength);
    const notice = end < 0 ? undefined : parseLine(text.slice(goodLength, end));
    if (notice?.number !== notices.length + 1) return { notices, goodLength };
    notices.push(notice);
    goodLength = end + 1;
  }
}

function parseLine(line: string): Notice | undefined {
  try {
    const parsed = v.safeParse(noticeSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
