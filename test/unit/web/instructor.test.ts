import { request } from 'node:http';
import { expect, test } from 'vitest';
import { chainEvent, type ReportBody, type ReportEvent } from '../../../src/report/event.ts';
import { openReportDesk } from '../../../src/report/report-desk.ts';
import type { InstructorDesk } from '../../../src/web/instructor/desk.ts';
import { serveInstructor } from '../../../src/web/instructor/serve.ts';

const hostile = '<img src=x onerror=alert(1)>';

async function withWorkshop(
  work: (tools: {
    report(
      token: string,
      events: readonly object[],
      more?: Record<string, string>,
    ): Promise<{ status: number; text: string }>;
    board(): Promise<{ status: number; text: string }>;
    stranger(): Promise<{ status: number; text: string }>;
  }) => Promise<void>,
): Promise<void> {
  const texts = new Map<string, string>();
  const reports = openReportDesk(['net-01', 'net-02'], {
    read: (seat) => texts.get(seat),
    append: (seat, text) => void texts.set(seat, (texts.get(seat) ?? '') + text),
    write: (seat, text) => void texts.set(seat, text),
    keepAside: (seat) => `${seat}.kept`,
  });
  const desk: InstructorDesk = {
    ...{ title: 'Networks', closesAt: 0, reports },
    seats: [
      { seat: 'net-01', number: 1, person: hostile },
      { seat: 'net-02', number: 2, person: '' },
    ],
    tasks: [{ id: 'by-hand/veth/cable', exercise: 'veth', title: 'A cable' }],
    seatOf: (token) => ({ one: 'net-01', two: 'net-02' })[token],
  };
  const server = await serveInstructor(desk, 0);
  const { port } = new URL(server.origin);
  const send = (path: string, headers: Record<string, string>, body?: string) =>
    new Promise<{ status: number; text: string; cookie: string }>((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        const cookie = String(response.headers['set-cookie']).split(';')[0] ?? '';
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, cookie }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  try {
    const { pathname, search } = new URL(server.link());
    const { cookie } = await send(pathname + search, {});
    await work({
      report: (token, events, more = {}) =>
        send(
          '/api/events',
          { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...more },
          JSON.stringify({ events }),
        ),
      board: () => send('/api/board', { cookie }),
      stranger: () => send('/api/board', { authorization: 'Bearer one' }),
    });
  } finally {
    await server.close();
  }
}

const nothing = {
  at: 1,
  kind: 'check',
  exercise: 'by-hand/veth',
  task: 'cable',
  verdict: 'fail',
  say: '',
  evidence: '',
} as const;
function chain(...bodies: Partial<ReportBody>[]): ReportEvent[] {
  const events: ReportEvent[] = [];
  for (const body of bodies) events.push(chainEvent({ ...nothing, diagnosis: 'own-uplink', ...body }, events.at(-1)));
  return events;
}

test('what a seat reports is acknowledged, shown once however often it is sent, and told as stuck after three times', () =>
  withWorkshop(async ({ report, board }) => {
    const events = chain({}, {}, { say: hostile });
    expect(JSON.parse((await report('one', events)).text)).toEqual({ known: 3, state: 'taken' });
    expect(JSON.parse((await report('one', events)).text)).toMatchObject({ known: 3 });
    const { seats, summary } = JSON.parse((await board()).text);
    expect(seats[0].cells['by-hand/veth/cable']).toMatchObject({ state: 'failing', tries: 3, repeated: 3 });
    expect(seats[1].cells).toEqual({});
    expect(summary.mistakes).toEqual([
      { task: 'by-hand/veth/cable', diagnosis: 'own-uplink', seats: ['net-01'], tried: 1 },
    ]);
    expect(summary.stuck).toEqual(['net-01']);
  }));

test('a seat reads nothing, not even its own board; a wrong token writes nothing', () =>
  withWorkshop(async ({ report, board, stranger }) => {
    expect((await stranger()).status).toBe(401);
    expect((await report('three', chain({}))).status).toBe(401);
    expect(JSON.parse((await board()).text).seats[0].cells).toEqual({});
  }));

test('a seat cannot write as another: its token alone says who it is', () =>
  withWorkshop(async ({ report, board }) => {
    await report('two', chain({ kind: 'hand-up', exercise: '', task: '', verdict: '', diagnosis: '' }));
    const { seats, summary } = JSON.parse((await board()).text);
    expect(seats.map(({ isHandUp }: { isHandUp: boolean }) => isHandUp)).toEqual([false, true]);
    expect(summary.hands).toEqual(['net-02']);
  }));

test.each([
  ['from a page', chain({}), { origin: 'http://evil.example' }, 403],
  ['under another name', chain({}), { host: 'evil.example' }, 403],
  ['with a field that nobody knows', [{ ...chain({})[0], evil: 1 }], {}, 400],
  ['with more events than fit', chain(...Array.from({ length: 51 }, () => ({}))), {}, 400],
])('reports %s are refused', (_name, events, headers, status) =>
  withWorkshop(async ({ report }) => {
    expect((await report('one', events, headers as unknown as Record<string, string>)).status).toBe(status);
  }),
);

test('a participant who floods is slowed down, and the others are not', () =>
  withWorkshop(async ({ report }) => {
    let last = 0;
    for (let n = 0; n < 130; n++) last = (await report('one', [])).status;
    expect(last).toBe(429);
    expect((await report('two', [])).status).toBe(200);
  }));
