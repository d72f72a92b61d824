// Where seats report: a token says which seat it is, the answer says what the instructor has for it.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { eventSchema, type ReportEvent } from '../../report/event.ts';
import type { WorkshopWord } from '../../report/inbox.ts';
import type { InstructorDesk } from './desk.ts';
import { refuse } from './refuse.ts';

/** The path; programs use it, so it wants no cookie and no origin. */
export const reportDoor = '/api/events';

const limits = { bodyBytes: 1024 * 1024, events: 50, notices: 20, reportsPerMinute: 120 };

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const batchSchema = v.strictObject({
  events: v.pipe(v.array(eventSchema), v.maxLength(limits.events)),
  /** The number of the last notice that the seat has. */
  heard: v.optional(count, 0),
  /** Unix time of the seat's clock as it sends, milliseconds: what its events' times are measured against. */
  clock: v.optional(count),
});

/** A seat's token says which seat it is, so no seat can write as another; only its own notices can be read here. */
export function serveReports(app: FastifyInstance, desk: InstructorDesk): void {
  const seatOf = (header: string | undefined) => {
    const token = /^Bearer ([\w-]{1,100})$/.exec(header ?? '')?.[1];
    return token === undefined ? undefined : desk.grantOf(token)?.seat;
  };
  const keyGenerator = ({ headers, ip }: FastifyRequest) => seatOf(headers.authorization) ?? ip;
  let isFull = false;
  app.post(
    reportDoor,
    {
      bodyLimit: limits.bodyBytes,
      config: { rateLimit: { max: limits.reportsPerMinute, timeWindow: 60_000, keyGenerator } },
    },
    async (request, reply) => {
      const seat = seatOf(request.headers.authorization);
      if (seat === undefined) return refuse(reply, 401, 'the token is not valid (any more)');
      const batch = v.safeParse(batchSchema, request.body);
      if (!batch.success) return refuse(reply, 400, batch.issues[0].message);
      const { events, heard, clock } = batch.output;
      const now = Date.now();
      try {
        const receipt = await desk.reports.receive(seat, events, countsAt(desk, now - (clock ?? now)));
        isFull = false;
        return { ...receipt, ...wordFor(desk, seat, heard, now) };
      } catch (error) {
        if (!isNoSpace(error)) throw error;
        if (!isFull) desk.warn('the disk is full: reports of seats are not taken, and wait there until there is room');
        isFull = true;
        return refuse(reply, 507, 'the disk of the server is full');
      }
    },
  );
}

/** @param aheadMs how much the server's clock is ahead of the one that the events' times are of */
export function countsAt({ opensAt, closesAt }: InstructorDesk, aheadMs: number): (event: ReportEvent) => boolean {
  return ({ at }) => {
    const here = at + aheadMs;
    return (opensAt === 0 || here >= opensAt) && (closesAt === 0 || here <= closesAt);
  };
}

/** What a seat that has heard so much is told. */
export function wordFor(desk: InstructorDesk, seat: string, heard: number, now: number): WorkshopWord {
  const { opensAt, closesAt, hints, notices } = desk;
  return {
    hints,
    notices: notices.of(seat).slice(heard, heard + limits.notices),
    ...(opensAt === 0 ? {} : { opensInMs: opensAt - now }),
    ...(closesAt === 0 ? {} : { closesInMs: closesAt - now }),
  };
}

function isNoSpace(error: unknown): boolean {
  const { cause } = error as Error;
  return ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}
