// The instructor's page: reports of seats come in, the grid of seats and tasks goes out.

import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { eventSchema } from '../../report/event.ts';
import { createAccess } from '../access.ts';
import { loadAssets } from '../assets.ts';
import { pageDocument } from '../page-document.ts';
import { createPageServer } from '../server.ts';
import { boardPage, boardSummary, seatPage } from './board-page.ts';
import type { InstructorDesk } from './desk.ts';

export interface InstructorServer {
  /** An address that opens the page once, in one browser. */
  link(): string;
  readonly origin: string;
  close(): Promise<void>;
}

const limits = { bodyBytes: 1024 * 1024, events: 50, reportsPerMinute: 120, watchers: 8 };
/** Changes of so long are sent together: 200 seats that report at once are one picture, not 200. */
const gatherMs = 200;

const batchSchema = v.strictObject({ events: v.pipe(v.array(eventSchema), v.maxLength(limits.events)) });

export async function serveInstructor(desk: InstructorDesk, port: number): Promise<InstructorServer> {
  const access = createAccess();
  const assets = loadAssets(join(import.meta.dirname, '..', 'page'));
  const server = await createPageServer({ access, assets, document, doors: ['/api/events'] });
  serveReports(server.app, desk);
  serveBoard(server.app, desk);
  const origin = await server.listen(port);
  return { origin, link: () => `${origin}/enter?token=${access.issueToken()}`, close: () => server.close() };
}

/** A seat's token says which seat it is, so no seat can write as another; nothing can be read here. */
function serveReports(app: FastifyInstance, desk: InstructorDesk): void {
  const seatOf = (header: string | undefined) => {
    const token = /^Bearer ([\w-]{1,100})$/.exec(header ?? '')?.[1];
    return token === undefined ? undefined : desk.seatOf(token);
  };
  const keyGenerator = ({ headers, ip }: FastifyRequest) => seatOf(headers.authorization) ?? ip;
  app.post(
    '/api/events',
    {
      bodyLimit: limits.bodyBytes,
      config: { rateLimit: { max: limits.reportsPerMinute, timeWindow: 60_000, keyGenerator } },
    },
    async (request, reply) => {
      const seat = seatOf(request.headers.authorization);
      if (seat === undefined) return refuse(reply, 401, 'the token is not valid (any more)');
      const batch = v.safeParse(batchSchema, request.body);
      if (!batch.success) return refuse(reply, 400, batch.issues[0].message);
      return desk.reports.receive(seat, batch.output.events);
    },
  );
}

/** Events of the page: `board` with everything at first, then `seats` with those that have changed and the summary. */
function serveBoard(app: FastifyInstance, desk: InstructorDesk): void {
  const watchers = new Set<(event: string, data: object) => void>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    const seats = [...changed].map((seat) => seatPage(desk, seat, desk.reports.boards.get(seat)));
    changed.clear();
    for (const send of watchers) send('seats', { seats, summary: boardSummary(desk) });
  };
  const unwatch = desk.reports.watch((seat) => {
    changed.add(seat);
    timer ??= setTimeout(tell, gatherMs);
  });
  app.get('/api/board', async () => boardPage(desk));
  app.get<{ Querystring: { seat: string; task: string } }>('/api/evidence', async ({ query }, reply) => {
    const task = desk.reports.boards.get(String(query.seat))?.tasks.get(String(query.task));
    if (task === undefined) return refuse(reply, 404, 'nothing has been reported of that');
    return { say: task.say, evidence: task.evidence };
  });
  app.get('/api/board/events', (request, reply) => {
    if (watchers.size >= limits.watchers) return refuse(reply, 429, 'too many pages are open');
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
    });
    const send = (event: string, data: object) => {
      reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    watchers.add(send);
    request.raw.on('close', () => watchers.delete(send));
    send('board', boardPage(desk));
  });
  app.addHook('onClose', async () => {
    clearTimeout(timer);
    unwatch();
    watchers.clear();
  });
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error: { message, hint: '' } });
}

const document = pageDocument({
  styles: ['/page/style.css', '/page/board.css'],
  script: '/page/board.ts',
  verb: 'podlab fleet status',
});
