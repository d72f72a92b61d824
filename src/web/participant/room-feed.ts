// Looks at the room while somebody watches, and tells of every change as a server-sent event.

import type { FastifyInstance } from 'fastify';
import { observeRoom } from '../../probe/room-view.ts';
import type { Desk } from './desk.ts';

const everyMs = 1500;
const mostWatchers = 16;

type Send = (event: string, data: string) => void;

/** Events: `room` with a RoomView or null when the room is not up; `progress` without data when another podlab wrote it. */
export function serveRoomFeed(app: FastifyInstance, desk: Desk): void {
  const watchers = new Set<Send>();
  let last = '';
  let stamp = desk.progressStamp();
  let timer: NodeJS.Timeout | undefined;

  const tell: Send = (event, data) => {
    for (const send of watchers) send(event, data);
  };
  const look = async () => {
    const context = await desk.room().catch(() => undefined);
    const seen = JSON.stringify(context === undefined ? null : await observeRoom(context));
    if (seen !== last) tell('room', seen);
    last = seen;
    const now = desk.progressStamp();
    if (now !== stamp) tell('progress', '{}');
    stamp = now;
  };
  // The next look begins a while after the last one has ended, however long that took.
  const goOn = () => {
    timer = setTimeout(async () => {
      await look();
      if (watchers.size > 0) goOn();
      else timer = undefined;
    }, everyMs);
  };

  app.get('/api/events', (request, reply) => {
    if (watchers.size >= mostWatchers) return reply.code(429).send({ error: { message: 'too many pages are open' } });
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    const send: Send = (event, data) => {
      raw.write(`event: ${event}\ndata: ${data}\n\n`);
    };
    watchers.add(send);
    request.raw.on('close', () => watchers.delete(send));
    if (last === '') void look();
    else send('room', last);
    if (timer === undefined) goOn();
  });
  app.addHook('onClose', async () => {
    clearTimeout(timer);
    watchers.clear();
  });
}
