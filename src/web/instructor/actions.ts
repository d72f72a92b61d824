// What an instructor does: says something, opens hints, answers a hand, takes a seat back, looks at one, takes results away.

import type { FastifyInstance } from 'fastify';
import { LabError } from '../../error.ts';
import type { RoomView } from '../../probe/room-view.ts';
import { exportFormats, renderExport } from '../../report/export.ts';
import { maxNotice, type NoticeBody } from '../../report/notice.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Evidence } from '../../workshop/exercise.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { seatsWith } from './board-page.ts';
import type { InstructorDesk } from './desk.ts';

/** What is seen of one seat, looked at closely. */
export interface SeatDetail {
  readonly seat: string;
  readonly isHere: boolean;
  /** Undefined when the room is elsewhere or not up. */
  readonly room: { readonly topology: Topology; readonly view: RoomView } | undefined;
  /** What it was told, the last first. */
  readonly told: readonly { readonly number: number; readonly kind: string; readonly text: string }[];
  readonly evidence: readonly Evidence[];
}

const id = { type: 'string', maxLength: 200 } as const;
const words = { type: 'string', maxLength: maxNotice } as const;
const strict = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const types = { csv: 'text/csv; charset=utf-8', json: 'application/json', xapi: 'application/json' } as const;
const plain = { text: '', exercise: '', task: '', done: false, event: 0 };
const mostTold = 20;

export function serveActions(app: FastifyInstance, desk: InstructorDesk): void {
  const all = desk.seats.map(({ seat }) => seat);
  const known = (seat: string) => {
    if (all.includes(seat)) return seat;
    throw new LabError('NOT_FOUND', `there is no seat "${seat}"`);
  };
  const tell = (seats: readonly string[], body: Partial<NoticeBody> & Pick<NoticeBody, 'kind'>) => {
    desk.notices.post(seats, { ...plain, at: Date.now(), ...body });
    return { seats: seats.length };
  };

  app.post<{ Body: { text: string; seats: string[]; task: string; diagnosis: string } }>(
    '/api/say',
    {
      schema: {
        body: strict({
          text: { ...words, minLength: 1 },
          seats: { type: 'array', items: id, maxItems: 500 },
          task: id,
          diagnosis: id,
        }),
      },
    },
    async ({ body: { text, seats, task, diagnosis } }) => {
      // Who has the diagnosis is asked now: somebody may have found the way while the word was typed.
      const among = diagnosis === '' ? (seats.length === 0 ? all : seats.map(known)) : seatsWith(desk, task, diagnosis);
      return tell(among, { kind: 'message', text: sanitizeLine(text) });
    },
  );
  app.post<{ Body: { seats: string[]; task: string } }>(
    '/api/unlock',
    { schema: { body: strict({ seats: { type: 'array', items: id, maxItems: 500 }, task: id }) } },
    async ({ body: { seats, task } }) => {
      const entry = desk.tasks.find((one) => one.id === task);
      if (entry === undefined) throw new LabError('NOT_FOUND', `there is no task "${task}"`);
      const name = task.slice(entry.exercise.length + 1);
      return tell(seats.length === 0 ? all : seats.map(known), {
        kind: 'unlock',
        exercise: entry.exercise,
        task: name,
      });
    },
  );
  app.post<{ Body: { seat: string; text: string } }>(
    '/api/answer',
    { schema: { body: strict({ seat: id, text: words }) } },
    async ({ body: { seat, text } }) => {
      const event = desk.reports.boards.get(known(seat))?.handAt ?? 0;
      return tell([seat], { kind: 'hand', text: sanitizeLine(text), event });
    },
  );
  app.post<{ Body: { seat: string; exercise: string } }>(
    '/api/reset',
    { schema: { body: strict({ seat: id, exercise: id }) } },
    async ({ body: { seat, exercise } }) => {
      const isKnown = exercise === '' || desk.tasks.some((task) => task.exercise === exercise);
      if (!isKnown) throw new LabError('NOT_FOUND', `there is no exercise "${exercise}"`);
      const done = desk.isHere(known(seat));
      if (done) await desk.reset(seat, exercise);
      return { ...tell([seat], { kind: 'reset', exercise, done }), done };
    },
  );
  app.post<{ Body: { seat: string } }>('/api/forget', { schema: { body: strict({ seat: id }) } }, async ({ body }) => {
    await desk.reports.forget(known(body.seat));
    return { seats: 1 };
  });
  app.get<{ Querystring: { seat: string; task?: string } }>(
    '/api/seat',
    { schema: { querystring: strict({ seat: id, task: id }, ['seat']) } },
    async ({ query: { seat, task = '' } }): Promise<SeatDetail> => {
      const evidence = desk.reports.boards.get(known(seat))?.tasks.get(task)?.evidence ?? '';
      const told = desk.notices.of(seat).slice(-mostTold).reverse();
      return {
        seat,
        isHere: desk.isHere(seat),
        room: await desk.look(seat).catch(() => undefined),
        told: told.map(({ number, kind, text, exercise, task: of }) => ({
          number,
          kind,
          text: sanitizeLine(text === '' ? [exercise, of].filter((part) => part !== '').join('/') : text),
        })),
        evidence: readEvidence(evidence),
      };
    },
  );
  app.get<{ Querystring: { format: (typeof exportFormats)[number] } }>(
    '/api/export',
    { schema: { querystring: strict({ format: { type: 'string', enum: [...exportFormats] } }) } },
    async ({ query: { format } }, reply) =>
      reply
        .type(types[format])
        .header(
          'content-disposition',
          `attachment; filename="${desk.name}.${format === 'csv' ? 'csv' : `${format}.json`}"`,
        )
        .send(exportOf(desk, format)),
  );
}

export function exportOf(
  desk: Pick<InstructorDesk, 'name' | 'title' | 'tasks' | 'seats' | 'reports'>,
  format: (typeof exportFormats)[number],
): string {
  const { name, title, tasks, seats, reports } = desk;
  return renderExport(format, {
    workshop: name,
    title,
    tasks: tasks.map((task) => task.id),
    seats: seats.flatMap(({ seat, person }) => {
      const board = reports.boards.get(seat);
      return board === undefined ? [] : [{ seat, person, board, events: reports.events(seat) }];
    }),
  });
}

/** What a participant's podlab says it saw; anything else that the text may hold is nothing. */
function readEvidence(text: string): readonly Evidence[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(data) ? data.filter(isEvidence) : [];
}

function isEvidence(one: unknown): one is Evidence {
  if (typeof one !== 'object' || one === null) return false;
  const { probe, args, observation } = one as Partial<Record<keyof Evidence, unknown>>;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof probe === 'string' && isObject(args) && isObject(observation);
}
