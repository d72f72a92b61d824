// A workshop of two seats over a world of memory: its server, and requests as an instructor, as seats and as strangers.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../../src/error.ts';
import { chainEvent, type ReportBody, type ReportEvent } from '../../../src/report/event.ts';
import { emptyInbox } from '../../../src/report/inbox.ts';
import { type NoticeFiles, openNoticeDesk } from '../../../src/report/notice-desk.ts';
import { openReportDesk, type ReportFiles } from '../../../src/report/report-desk.ts';
import { loadPictures } from '../../../src/web/assets.ts';
import type { InstructorDesk } from '../../../src/web/instructor/desk.ts';
import { serveInstructor } from '../../../src/web/instructor/serve.ts';
import type { Desk } from '../../../src/web/participant/desk.ts';
import { lab, type Seat, takeSeat } from '../cli/runner/seat.ts';

export const hostile = '<img src=x onerror=alert(1)>';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WorkshopTools {
  readonly desk: InstructorDesk;
  readonly origin: string;
  readonly seats: Readonly<Record<string, Seat>>;
  /** Tokens that open seats; taking one out revokes it. */
  readonly tokens: Map<string, string>;
  /** Of each seat: what `reset` was asked for. */
  readonly resets: string[];
  readonly warnings: string[];
  readonly raised: string[];
  readonly disk: { isFull: boolean };
  /** As somebody who has nothing. */
  ask(path: string, asking?: Asking): Promise<Answer>;
  /** As the instructor's page. */
  instructor(path: string, body?: object): Promise<Answer>;
  report(token: string, message: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The page of the seat that a token opens: its cookie. '' when it is refused. */
  enter(token: string): Promise<string>;
  /** As a seat's page. */
  seat(cookie: string, path: string, body?: object): Promise<Answer>;
  readonly instructorCookie: string;
}

export interface WorkshopTimes {
  readonly opensAt?: number;
  readonly closesAt?: number;
  readonly hints?: 'open' | 'locked';
}

export async function withWorkshop(
  work: (tools: WorkshopTools) => Promise<void>,
  { opensAt = 0, closesAt = 0, hints = 'open' }: WorkshopTimes = {},
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-workshop-'));
  mkdirSync(join(dir, 'pictures'));
  writeFileSync(join(dir, 'pictures', 'room.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const disk = { isFull: false };
  const names = ['net-01', 'net-02'];
  const used = { ...lab, dir };
  const seats = { 'net-01': takeSeat(used), 'net-02': takeSeat(used) };
  const tokens = new Map([
    ['one', 'net-01'],
    ['two', 'net-02'],
  ]);
  const [resets, warnings, raised]: [string[], string[], string[]] = [[], [], []];
  const reports = openReportDesk(names, memory(disk));
  const desk: InstructorDesk = {
    ...{ name: 'net', title: 'Networks', opensAt, closesAt, hints, reports },
    notices: openNoticeDesk(names, syncMemory(disk)),
    seats: [
      { seat: 'net-01', number: 1, person: hostile },
      { seat: 'net-02', number: 2, person: '=cmd' },
    ],
    tasks: used.exercises.flatMap(({ id, tasks }) =>
      tasks.map((task) => ({ id: `${id}/${task.id}`, exercise: id, title: task.title })),
    ),
    grantOf: (token) => {
      const seat = tokens.get(token);
      return seat === undefined ? undefined : { seat, isGood: () => tokens.get(token) === seat };
    },
    isHere: (seat) => seat === 'net-01',
    look: async () => undefined,
    reset: async (seat, exercise) => void resets.push(`${seat} ${exercise}`),
    seatDesk: async (seat, name) => {
      if (name !== '' && name !== 'tiny') throw new LabError('NOT_FOUND', `this workshop has no lab "${name}"`);
      return deskOf(seat, seats[seat as keyof typeof seats], raised);
    },
    pictures: new Map([...loadPictures(dir)].map(([path, asset]) => [`tiny/${path}`, asset])),
    warn: (text) => void warnings.push(text),
  };
  const server = await serveInstructor(desk, 0);
  const { origin } = server;
  const ask = (path: string, asking: Asking = {}) => send(Number(new URL(origin).port), path, asking);
  const json = { 'content-type': 'application/json' };
  const asPage = (cookie: string, path: string, body?: object) =>
    body === undefined
      ? ask(path, { headers: { cookie } })
      : ask(path, { method: 'POST', headers: { cookie, origin, ...json }, body: JSON.stringify(body) });
  try {
    const { pathname, search } = new URL(server.link());
    const instructorCookie = cookieOf(await ask(pathname + search));
    await work({
      ...{ desk, origin, seats, tokens, resets, warnings, raised, disk, ask, instructorCookie, seat: asPage },
      instructor: (path, body) => asPage(instructorCookie, path, body),
      report: (token, message, headers = {}) =>
        ask('/api/events', {
          method: 'POST',
          headers: { ...json, authorization: `Bearer ${token}`, ...headers },
          body: JSON.stringify(message),
        }),
      enter: async (token) => {
        const headers = { origin, ...json };
        return cookieOf(await ask('/seat/enter', { method: 'POST', headers, body: JSON.stringify({ token }) }));
      },
    });
  } finally {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function deskOf(name: string, seat: Seat, raised: string[]): Desk {
  const { topology } = seat.world.context;
  return {
    ...{ lab: seat.session.lab, labs: [{ name: 'tiny', title: 'Tiny' }], places: ['node1'] },
    topology: { ...topology, stack: name },
    inTurn: (work) => work(),
    session: async () => seat.session,
    room: async () => undefined,
    progressStamp: () => '',
    inbox: () => ({ inbox: emptyInbox, isHandUp: false, now: 0 }),
    raiseHand: async (isUp) => void raised.push(`${name} ${isUp}`),
    openTerminal: async () => {
      throw new Error('no terminals here');
    },
  };
}

export function memory(disk = { isFull: false }): ReportFiles {
  const { append, ...texts } = syncMemory(disk);
  return { ...texts, append: async (seat, text) => append(seat, text) };
}

function syncMemory(disk: { readonly isFull: boolean }): NoticeFiles {
  const texts = new Map<string, string>();
  return {
    read: (seat) => texts.get(seat),
    append: (seat, text) => {
      const cause = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      if (disk.isFull)
        throw new LabError('HOST_UNSUITABLE', `${seat} could not be written: the disk is full`, { cause });
      texts.set(seat, (texts.get(seat) ?? '') + text);
    },
    write: (seat, text) => void texts.set(seat, text),
    keepAside: (seat) => {
      texts.delete(seat);
      return `${seat}.kept`;
    },
  };
}

const failed: ReportBody = {
  ...{ at: 1, kind: 'check', exercise: 'tiny/keys', task: 'count', verdict: 'fail' },
  ...{ diagnosis: 'own-uplink', say: '', evidence: '' },
};

export function chain(...bodies: Partial<ReportBody>[]): ReportEvent[] {
  const events: ReportEvent[] = [];
  for (const body of bodies) events.push(chainEvent({ ...failed, ...body }, events.at(-1)));
  return events;
}

export const handUp = { kind: 'hand-up', exercise: '', task: '', verdict: '', diagnosis: '' } as const;

function cookieOf({ headers }: Answer): string {
  return String(headers['set-cookie'] ?? '').split(';')[0] ?? '';
}

/** One request to a server on this machine. */
export function send(port: number, path: string, { method = 'GET', headers = {}, body = '' }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
        // A stream has no end: what it begins with is enough.
        if (String(response.headers['content-type']).startsWith('text/event-stream')) {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          asked.destroy();
        }
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '' });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
