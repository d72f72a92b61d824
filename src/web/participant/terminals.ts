// A terminal per WebSocket: what is typed goes to a shell on a node, what it prints comes back.

import type { FastifyInstance } from 'fastify';
import { LabError } from '../../error.ts';
import type { Terminal, TerminalSize } from '../../host/pty.ts';
import type { Desk } from './desk.ts';

const most = 12;
/** Bytes on their way to the page at which the shell waits: `yes` must not fill this machine's memory. */
const [pauseAt, resumeAt] = [512 * 1024, 64 * 1024];
const largest = { columns: 500, rows: 200 };

/** Messages of the page are JSON: `{ text }` or `{ columns, rows }`. Those to the page are the terminal's own text. */
export function serveTerminals(app: FastifyInstance, desk: Desk): void {
  let open = 0;
  app.get<{ Querystring: { place: string; columns: number; rows: number } }>(
    '/api/terminal',
    {
      websocket: true,
      schema: {
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            place: { type: 'string', enum: [...desk.places] },
            columns: { type: 'integer', minimum: 2, maximum: largest.columns },
            rows: { type: 'integer', minimum: 2, maximum: largest.rows },
          },
          required: ['place', 'columns', 'rows'],
        },
      },
    },
    (socket, { query }) => {
      if (open >= most) return socket.close(4429, 'too many terminals');
      open += 1;
      let terminal: Terminal | undefined;
      let closed = false;
      const early: string[] = [];
      socket.on('close', () => {
        open -= 1;
        closed = true;
        terminal?.close();
      });
      const receive = (message: string) => {
        const request = readMessage(message);
        if (request === undefined) socket.close(4400, 'no message of a terminal');
        else if ('text' in request) terminal?.write(request.text);
        else terminal?.resize(request);
      };
      socket.on('message', (data: Buffer) => {
        if (terminal === undefined) early.push(data.toString('utf8'));
        else receive(data.toString('utf8'));
      });
      const onText = (text: string) => {
        socket.send(text);
        if (socket.bufferedAmount < pauseAt) return;
        terminal?.pause();
        const wait = setInterval(() => {
          if (socket.bufferedAmount > resumeAt && !closed) return;
          clearInterval(wait);
          terminal?.resume();
        }, 20);
      };
      const size = { columns: query.columns, rows: query.rows };
      const request = { place: query.place, size, onText, onEnd: () => socket.close(4000, 'the shell has ended') };
      desk.openTerminal(request).then(
        (opened) => {
          terminal = opened;
          if (closed) opened.close();
          for (const message of early.splice(0)) receive(message);
        },
        (error: unknown) => {
          const why =
            error instanceof LabError ? `${error.message}. ${error.hint}` : 'the terminal could not be opened';
          socket.send(`\r\n${why}\r\n`);
          socket.close(4500, 'no terminal');
        },
      );
    },
  );
}

function readMessage(message: string): { readonly text: string } | TerminalSize | undefined {
  let data: unknown;
  try {
    data = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (typeof data !== 'object' || data === null) return undefined;
  if ('text' in data) return typeof data.text === 'string' ? { text: data.text } : undefined;
  const { columns, rows } = data as Partial<TerminalSize>;
  const within = (value: unknown, limit: number): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 2 && value <= limit;
  return within(columns, largest.columns) && within(rows, largest.rows) ? { columns, rows } : undefined;
}
