// The grid goes out to everybody who watches it, as server-sent events.

import type { FastifyInstance } from 'fastify';
import { openEventStream, type Send } from '../event-stream.ts';
import { boardPage, boardSummary, seatPage } from './board-page.ts';
import type { InstructorDesk } from './desk.ts';
import { refuse } from './refuse.ts';

const mostWatchers = 8;
/** Changes of so long are sent together: 200 seats that report at once are one picture, not 200. */
const gatherMs = 200;

/** Events of the page: `board` with everything at first, then `seats` with those that have changed and the summary. */
export function serveBoard(app: FastifyInstance, desk: InstructorDesk): void {
  const watchers = new Set<Send>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    const seats = [...changed].map((seat) => seatPage(desk, seat, desk.reports.boards.get(seat)));
    changed.clear();
    const data = JSON.stringify({ seats, summary: boardSummary(desk) });
    for (const send of watchers) send('seats', data);
  };
  const change = (seat: string) => {
    changed.add(seat);
    timer ??= setTimeout(tell, gatherMs);
  };
  const endings = [desk.reports.watch(change), desk.notices.watch(change)];
  app.get('/api/board', async () => boardPage(desk, Date.now()));
  app.get('/api/board/events', (request, reply) => {
    if (watchers.size >= mostWatchers) return refuse(reply, 429, 'too many pages are open');
    const { send, onClose } = openEventStream(request, reply);
    watchers.add(send);
    onClose(() => watchers.delete(send));
    send('board', JSON.stringify(boardPage(desk, Date.now())));
  });
  app.addHook('onClose', async () => {
    clearTimeout(timer);
    for (const end of endings) end();
    watchers.clear();
  });
}
