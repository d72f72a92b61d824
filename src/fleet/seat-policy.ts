// What a seat on a cluster knows of its workshop before anybody has told it anything, as a file in its pod.

import * as v from 'valibot';
import { hintPolicies, type Workshop } from './workshop.ts';

const schema = v.object({
  version: v.literal(1),
  name: v.string(),
  title: v.string(),
  /** Names, in the order in which they are taught. */
  labs: v.array(v.string()),
  hints: v.picklist(hintPolicies),
  /** Unix times, milliseconds; 0 is no limit. */
  opensAt: v.number(),
  closesAt: v.number(),
});

export type SeatPolicy = v.InferOutput<typeof schema>;

export function renderSeatPolicy({ name, title, labs, hints, opensAt, closesAt }: Workshop): string {
  return `${JSON.stringify({ version: 1, name, title, labs, hints, opensAt, closesAt })}\n`;
}

/** Undefined for what is not ours. */
export function parseSeatPolicy(text: string): SeatPolicy | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
