// What a participant's podlab tells the workshop's server: a chain of events, each sealed by the hash of the one before.

import { createHash } from 'node:crypto';
import * as v from 'valibot';

export const eventKinds = [
  'entered',
  'check',
  'hint',
  'solution',
  'solved',
  'skip',
  'reset',
  'hand-up',
  'hand-down',
] as const;
export const verdictKinds = ['', 'pass', 'again', 'fail', 'blocked', 'inconclusive', 'broken'] as const;

/** The longest texts that are reported; longer ones are cut. Characters. */
export const maxSay = 500;
/** The most evidence that is reported with a check, in characters of JSON; more is left out whole. */
export const maxEvidence = 8000;

const id = v.pipe(v.string(), v.maxLength(200));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const bodyEntries = {
  /** Unix time of the participant's clock, milliseconds. Clocks differ: order is by `number`. */
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
  kind: v.picklist(eventKinds),
  /** `lab/exercise`; '' for a raised hand. */
  exercise: id,
  /** '' when it is about the whole exercise. */
  task: id,
  /** Of a check; '' otherwise. `again`: right, and asked once more. */
  verdict: v.picklist(verdictKinds),
  /** Of a failed check. */
  diagnosis: id,
  say: v.pipe(v.string(), v.maxLength(maxSay)),
  /** JSON text of the check's evidence, or ''. Hostile until it is shown. */
  evidence: v.pipe(v.string(), v.maxLength(maxEvidence)),
};

export const eventSchema = v.strictObject({
  ...bodyEntries,
  /** From 1, without gaps. */
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** `hash` of the event before; of the first, `firstPrevious`. */
  previous: hash,
  hash,
});

export type ReportEvent = v.InferOutput<typeof eventSchema>;
export type ReportBody = Omit<ReportEvent, 'number' | 'previous' | 'hash'>;

export const firstPrevious = '0'.repeat(64);

/** The next event of a chain. */
export function chainEvent(body: ReportBody, last: Pick<ReportEvent, 'number' | 'hash'> | undefined): ReportEvent {
  const open = { number: (last?.number ?? 0) + 1, previous: last?.hash ?? firstPrevious, ...body };
  return { ...open, hash: hashOf(open) };
}

/** Whether an event is whole, and follows the one before. */
export function follows(event: ReportEvent, last: Pick<ReportEvent, 'number' | 'hash'> | undefined): boolean {
  const { hash: said, ...open } = event;
  return (
    event.number === (last?.number ?? 0) + 1 &&
    event.previous === (last?.hash ?? firstPrevious) &&
    said === hashOf(open)
  );
}

/** Over the values in a fixed order, so that no writer's order of keys matters. */
function hashOf(open: Omit<ReportEvent, 'hash'>): string {
  const { number, previous, at, kind, exercise, task, verdict, diagnosis, say, evidence } = open;
  const values = [number, previous, at, kind, exercise, task, verdict, diagnosis, say, evidence];
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}
