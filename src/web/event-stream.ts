// A stream of server-sent events: opened once, written to until either side leaves.

import type { FastifyReply, FastifyRequest } from 'fastify';

export type Send = (event: string, data: string) => void;

export interface EventStream {
  readonly send: Send;
  onClose(then: () => void): void;
  /** Leaves; the browser will try again by itself. */
  end(): void;
}

/** What a reader has not taken by then is given up with the reader: it may be asleep. Bytes. */
const mostBehind = 4 * 1024 * 1024;

export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
  });
  raw.flushHeaders();
  return {
    send: (event, data) => {
      if (raw.writableLength > mostBehind) raw.destroy();
      else raw.write(`event: ${event}\ndata: ${data}\n\n`);
    },
    onClose: (then) => void request.raw.on('close', then),
    end: () => void raw.end(),
  };
}
