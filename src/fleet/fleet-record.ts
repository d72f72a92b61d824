// What is remembered of a workshop between two calls: which seats were made, who failed why, and the hashes of tokens.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import type { SeatFault } from './run-seats.ts';

const seatSchema = v.object({
  /** From the time that its room was first asked for until it was taken down. */
  wanted: v.boolean(),
  /** Why its last `fleet up` or `fleet reset` failed. */
  fault: v.optional(v.object({ at: v.number(), code: v.string(), message: v.string(), hint: v.string() })),
  /** Which libvirt has its machines, for place libvirt, while they are wanted. */
  host: v.optional(v.string()),
  /** sha256 of the seat's token, hex; '' when it has none. */
  tokenHash: v.string(),
});

const schema = v.object({
  version: v.literal(1),
  /** Absolute path of the workshop file. */
  file: v.string(),
  /** By the name of the seat's stack. */
  seats: v.record(v.string(), seatSchema),
});

export type SeatRecord = v.InferOutput<typeof seatSchema>;
export type FleetRecord = v.InferOutput<typeof schema>;

/** @throws LabError DAMAGED */
export function parseFleetRecord(text: string | undefined, path: string): FleetRecord | undefined {
  if (text === undefined) return undefined;
  const parsed = v.safeParse(schema, jsonOf(text));
  if (parsed.success) return parsed.output;
  throw new LabError('DAMAGED', `${path} is not what podlab wrote`, {
    hint: 'Move it away; "podlab fleet up" finds the rooms again, and seats need new cards.',
  });
}

export function renderFleetRecord(record: FleetRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

export function seatRecord(record: FleetRecord, stack: string): SeatRecord {
  return record.seats[stack] ?? { wanted: false, tokenHash: '' };
}

export function withSeat(record: FleetRecord, stack: string, seat: SeatRecord): FleetRecord {
  return { ...record, seats: { ...record.seats, [stack]: seat } };
}

export function failedAt(fault: SeatFault, at: number): NonNullable<SeatRecord['fault']> {
  return { at, code: fault.code, message: fault.message, hint: fault.hint };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
