// A terminal per WebSocket: what is typed goes to a shell on a node, what it prints comes back.

import type { FastifyInstance } from 'fastify';
import { LabError } from '../../error.ts';
import type { Terminal, TerminalSize } from '../../host/pty.ts';
import type { SeatRoutes } from './desk.ts';

/** For each room. */
const most = 12;
/** So often it is asked whether the session that opened a terminal is still good. */
const lookMs = 3000;
/** Bytes on their way to the page at which the shell waits: `yes` must not fill this machine's memory. */
const [pauseAt, resumeAt] = [512 * 1024, 64 * 1024];
/** Messages that may wait for the shell to be there. */
const mostEarly = 200;
const largest = { columns: 500, rows: 200 };

/** Messages of the page are JSON: `{ text }` or `{ columns, rows }`. Those to the page are the terminal's own text. */
export function serveTerminals(app: FastifyInstance, { prefix, deskOf }: SeatRoutes): void {
  const open = new Map<string, number>();
  const count = (stack: string, by: 1 | -1) => open.set(stack, (open.get(stack) ?? 0) + by);
  app.get<{ Querystring: { place: string; columns: number; rows: number } }>(
    `${prefix}/api/terminal`,
    {
      websocket: true,
      schema: {
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            place: { type: 'string', maxLength: 100 },
            columns: { type: 'integer', minimum: 2, maximum: largest.columns },
            rows: { type: 'integer', minimum: 2, maximum: largest.rows },
          },
          required: ['place', 'columns', 'rows'],
        },
      },
    },
    (socket, request) => {
      const { query } = request;
      let terminal: Terminal | undefined;
      let closed = false;
      const early: string[] = [];
      const look = setInterval(
        () => deskOf(request, '').catch(() => socket.close(4401, 'the session has ended')),
        lookMs,
      );
      socket.on('close', () => {
        clearInterval(look);
        closed = true;
        terminal?.close();
      });
      const receive = (message: string) => {
        const read = readMessage(message);
        if (read === undefined) socket.close(4400, 'no message of a terminal');
        else if ('text' in read) terminal?.write(read.text);
        else terminal?.resize(read);
      };
      socket.on('message', (data: Buffer) => {
        if (terminal !== undefined) receive(data.toString('utf8'));
        else if (early.length < mostEarly) early.push(data.toString('utf8'));
        else socket.close(4429, 'too much at once');
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
      const openOne = async () => {
        const desk = await deskOf(request, '');
        const { stack } = desk.topology;
        if (closed) return;
        if (!desk.places.includes(query.place)) return socket.close(4404, 'there is no such place');
        if ((open.get(stack) ?? 0) >= most) return socket.close(4429, 'too many terminals');
        count(stack, 1);
        socket.on('close', () => count(stack, -1));
        const end = () => socket.close(4000, 'the shell has ended');
        terminal = await desk.openTerminal({ place: query.place, size, onText, onEnd: end });
        if (closed) terminal.close();
        for (const message of early.splice(0)) receive(message);
      };
      openOne().catch((error: unknown) => {
        const why = error instanceof LabError ? `${error.message}. ${error.hint}` : 'the terminal could not be opened';
        socket.send(`\r\n${why}\r\n`);
        socket.close(4500, 'no terminal');
      });
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
