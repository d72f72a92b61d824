// Where a seat reports to, and what the server's answer says.

import * as v from 'valibot';
import type { WorkshopWord } from './inbox.ts';
import { noticeSchema } from './notice.ts';

const settingsSchema = v.strictObject({
  /** Of the server, with a slash at its end. */
  url: v.string(),
  token: v.string(),
  /** The number of the last event that the server has. */
  known: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The server's own certificate, PEM, when no authority vouches for it; '' otherwise. */
  certificate: v.optional(v.string(), ''),
});

export type ReportSettings = v.InferOutput<typeof settingsSchema>;

const span = v.optional(v.number());
const wordSchema = v.object({
  notices: v.optional(v.array(noticeSchema), []),
  hints: v.optional(v.picklist(['open', 'locked']), 'open'),
  opensInMs: span,
  closesInMs: span,
});
const answerSchema = v.object({ ...wordSchema.entries, known: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/** The number of the last event that the server now has, and its word. */
export type ReportAnswer = v.InferOutput<typeof answerSchema>;

/** Undefined for what is not ours. */
export function parseSettings(text: string): ReportSettings | undefined {
  try {
    const parsed = v.safeParse(settingsSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when the answer is none of ours. */
export function parseAnswer(answer: unknown): ReportAnswer | undefined {
  const parsed = v.safeParse(answerSchema, answer);
  return parsed.success ? parsed.output : undefined;
}

/** What an instructor's server says to a seat, as text; undefined for what is none of ours. */
export function parseWord(text: string): WorkshopWord | undefined {
  try {
    const parsed = v.safeParse(wordSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
