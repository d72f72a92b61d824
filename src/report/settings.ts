// Where a seat reports to, and what the server's answer says.

import * as v from 'valibot';

const settingsSchema = v.strictObject({
  /** Of the server, with a slash at its end. */
  url: v.string(),
  token: v.string(),
  /** The number of the last event that the server has. */
  known: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export type ReportSettings = v.InferOutput<typeof settingsSchema>;

const answerSchema = v.object({ known: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/** Undefined for what is not ours. */
export function parseSettings(text: string): ReportSettings | undefined {
  try {
    const parsed = v.safeParse(settingsSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** The number of the last event that the server now has; undefined when the answer is none of ours. */
export function parseAnswer(answer: unknown): number | undefined {
  const parsed = v.safeParse(answerSchema, answer);
  return parsed.success ? parsed.output.known : undefined;
}
