// A participant's page over a world of memory, and requests that say exactly what a test wants them to say.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desk } from '../../../src/web/participant/desk.ts';
import { serveParticipant } from '../../../src/web/participant/serve.ts';
import { lab, type Seat, takeSeat } from '../cli/runner/seat.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface PageDesk {
  readonly seat: Seat;
  readonly port: number;
  /** The address of a new link, without the origin. */
  link(): string;
  /** As somebody who has nothing. */
  ask(path: string, options?: AskOptions): Promise<Answer>;
  /** As the page itself: with its cookie and its origin. */
  page(path: string, body?: object): Promise<Answer>;
  cookie: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export async function withPage(work: (desk: PageDesk) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-page-'));
  mkdirSync(join(dir, 'pictures'));
  writeFileSync(join(dir, 'pictures', 'room.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(dir, 'secret.md'), 'the answer');
  const seat = takeSeat({ ...lab, dir });
  const { topology } = seat.world.context;
  const desk: Desk = {
    lab: seat.session.lab,
    labs: [],
    topology,
    places: ['node1', 'node2'],
    inTurn: (work) => work(),
    inbox: () => undefined,
    raiseHand: async () => {},
    session: async () => seat.session,
    room: async () => undefined,
    progressStamp: () => '',
    openTerminal: async () => {
      throw new Error('no terminals here');
    },
  };
  const server = await serveParticipant(desk, 0);
  try {
    const { origin, pathname, search, port } = new URL(server.link());
    const ask = (path: string, options: AskOptions = {}) => send(Number(port), path, options);
    const entered = await ask(pathname + search);
    const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
    await work({
      seat,
      cookie,
      ask,
      port: Number(port),
      link: () => server.link().slice(origin.length),
      page: (path, body) => {
        const headers = { cookie, origin, 'content-type': 'application/json' };
        if (body === undefined) return ask(path, { headers: { cookie } });
        return ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
      },
    });
  } finally {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function send(port: number, path: string, { method = 'GET', headers = {}, body = '' }: AskOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on('error', reject);
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '' });
    });
    asked.end(body);
  });
}
