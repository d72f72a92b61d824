// Looks at rooms while somebody watches, and tells of every change as a server-sent event.

import type { FastifyInstance } from 'fastify';
import { observeRoom } from '../../probe/room-view.ts';
import { atMost } from '../at-most.ts';
import { openEventStream, type Send } from '../event-stream.ts';
import type { Desk, SeatRoutes } from './desk.ts';
import { inboxPage } from './inbox-page.ts';

const everyMs = 1500;
const mostWatchers = 16;
/** Of forty rooms that are watched, so many are looked at together: the rest of the machine is for the labs. */
const looksAtOnce = 2;

interface Watcher {
  readonly send: Send;
  /** The watcher's desk as it is now; rejects once its session has ended. */
  readonly desk: () => Promise<Desk>;
  readonly end: () => void;
}

/**
 * Events: `room` with a RoomView or null when the room is not up; `progress` without data when another podlab wrote it;
 * `inbox` with an InboxPage.
 */
export function serveRoomFeed(app: FastifyInstance, { prefix, deskOf }: SeatRoutes): void {
  const feeds = new Map<string, RoomFeed>();
  const gate = atMost(looksAtOnce);
  app.get(`${prefix}/api/events`, async (request, reply) => {
    const desk = () => deskOf(request, '');
    const first = await desk();
    const { stack } = first.topology;
    const feed = feeds.get(stack) ?? new RoomFeed(gate);
    feeds.set(stack, feed);
    if (feed.size >= mostWatchers) return reply.code(429).send({ error: { message: 'too many pages are open' } });
    const { send, onClose, end } = openEventStream(request, reply);
    onClose(feed.add({ send, desk, end }, first));
  });
  app.addHook('onClose', async () => {
    for (const feed of feeds.values()) feed.stop();
  });
}

class RoomFeed {
  readonly #watchers = new Set<Watcher>();
  readonly #gate: <T>(work: () => Promise<T>) => Promise<T>;
  #room = '';
  #progress: string | undefined;
  #inbox = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(gate: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#gate = gate;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** @returns what takes the watcher away again */
  add(watcher: Watcher, desk: Desk): () => void {
    this.#watchers.add(watcher);
    if (this.#room !== '') watcher.send('room', this.#room);
    const seat = desk.inbox();
    if (seat !== undefined) watcher.send('inbox', JSON.stringify(inboxPage(seat)));
    if (this.#timer === undefined) this.#goOn(0);
    return () => this.#watchers.delete(watcher);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }

  /** The next look begins a while after the last one has ended, however long that took. */
  #goOn(afterMs: number): void {
    this.#timer = setTimeout(async () => {
      await this.#look().catch(() => {});
      if (this.#watchers.size > 0) this.#goOn(everyMs);
      else this.#timer = undefined;
    }, afterMs);
  }

  async #look(): Promise<void> {
    const desk = await this.#someDesk();
    if (desk === undefined) return;
    const context = await desk.room().catch(() => undefined);
    const seen = JSON.stringify(context === undefined ? null : await this.#gate(() => observeRoom(context)));
    if (seen !== this.#room) this.#tell('room', seen);
    this.#room = seen;
    const progress = desk.progressStamp();
    if (this.#progress !== undefined && progress !== this.#progress) this.#tell('progress', '{}');
    this.#progress = progress;
    const seat = desk.inbox();
    const stamp = seat === undefined ? '' : JSON.stringify([seat.inbox, seat.isHandUp]);
    if (seat !== undefined && stamp !== this.#inbox) this.#tell('inbox', JSON.stringify(inboxPage(seat)));
    this.#inbox = stamp;
  }

  /** Any watcher's desk; watchers whose session has ended are sent away. */
  async #someDesk(): Promise<Desk | undefined> {
    let found: Desk | undefined;
    for (const watcher of [...this.#watchers]) {
      try {
        found = await watcher.desk();
      } catch {
        this.#watchers.delete(watcher);
        watcher.end();
      }
    }
    return found;
  }

  #tell(event: string, data: string): void {
    for (const { send } of this.#watchers) send(event, data);
  }
}
