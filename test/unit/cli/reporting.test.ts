// Reports of a seat against a server on loopback: sent, kept while it is away, sent later, refused.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { inboxFile, readInbox, takeResets } from '../../../src/cli/inbox-file.ts';
import { hearWord, record, sendWaiting, settingsFile, writeSettings } from '../../../src/cli/reporting.ts';
import { journalFile } from '../../../src/cli/seat-journal.ts';
import { acceptEvents } from '../../../src/report/accept-events.ts';
import type { ReportBody, ReportEvent } from '../../../src/report/event.ts';
import { hintRuleOf, type WorkshopWord } from '../../../src/report/inbox.ts';
import { parseJournal } from '../../../src/report/journal.ts';

const body: ReportBody = {
  at: 1,
  kind: 'check',
  exercise: 'by-hand/veth',
  task: 'make',
  verdict: 'pass',
  diagnosis: '',
  say: '',
  evidence: '',
};

let state = '';
let app: App;
let said: string[] = [];
let server: Server | undefined;
let known: readonly ReportEvent[] = [];
let status = 200;
let bearers: (string | undefined)[] = [];
let word: WorkshopWord = { notices: [], hints: 'open' };

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'podlab-report-'));
  said = [];
  known = [];
  status = 200;
  bearers = [];
  word = { notices: [], hints: 'open' };
  const stderr = { write: (text: string) => said.push(text) > 0 };
  app = { paths: { state, runtime: state, cache: state }, stderr, env: {} } as unknown as App;
});

afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(state, { recursive: true });
});

async function serve(port = 0): Promise<number> {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      bearers.push(request.headers.authorization);
      if (status === 200) known = [...known, ...acceptEvents(known, JSON.parse(text).events).fresh];
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      const { heard = 0 } = JSON.parse(text);
      response.end(JSON.stringify({ known: known.length, ...word, notices: word.notices.slice(heard) }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const reportTo = (port: number) =>
  writeSettings(app, 'seat', { url: `http://127.0.0.1:${port}/`, token: 'a'.repeat(27), known: 0, certificate: '' });

const numbers = () => known.map(({ number }) => number);

test('what happens is written down, and sent with the token', async () => {
  reportTo(await serve());
  expect(await record(app, 'seat', body)).toEqual({ state: 'sent', waiting: 0, why: '' });
  await record(app, 'seat', body);
  expect(numbers()).toEqual([1, 2]);
  expect(bearers[0]).toBe(`Bearer ${'a'.repeat(27)}`);
  expect(statSync(settingsFile(app, 'seat')).mode & 0o777).toBe(0o600);
  expect(statSync(journalFile(app, 'seat')).mode & 0o777).toBe(0o600);
});

test('what nobody asked for is sent to nobody', async () => {
  expect(await record(app, 'seat', body)).toEqual({ state: 'off', waiting: 0, why: '' });
  expect(parseJournal(readFileSync(journalFile(app, 'seat'), 'utf8')).events).toHaveLength(1);
});

test('while the server is away reports wait, and then go out in order, more than one request may carry', async () => {
  const port = await serve();
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  reportTo(port);
  for (let n = 0; n < 120; n++) await record(app, 'seat', body);
  const waiting = await sendWaiting(app, 'seat');
  expect(waiting).toMatchObject({ state: 'unreachable', waiting: 120 });
  expect(waiting.why).toContain('ECONNREFUSED');
  await serve(port);
  expect(await sendWaiting(app, 'seat')).toMatchObject({ state: 'sent' });
  expect(numbers()).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
});

test('a server that lost its last answer, or its last events, gets what it lacks', async () => {
  const port = await serve();
  reportTo(port);
  for (let n = 0; n < 4; n++) await record(app, 'seat', body);
  known = known.slice(0, 2);
  await record(app, 'seat', body);
  expect(numbers()).toEqual([1, 2, 3, 4, 5]);
  writeSettings(app, 'seat', {
    url: `http://127.0.0.1:${port}/`,
    token: 'a',
    known: 1,
    certificate: '',
  });
  expect(await sendWaiting(app, 'seat')).toMatchObject({ state: 'sent' });
  expect(numbers()).toEqual([1, 2, 3, 4, 5]);
});

test.each([
  [401, 'refused', 'the token is not valid'],
  [409, 'refused', 'it answers 409'],
  [429, 'unreachable', 'answers 429'],
  [503, 'unreachable', 'answers 503'],
] as const)('an answer %i: %s', async (code, kind, why) => {
  status = code;
  reportTo(await serve());
  const sent = await record(app, 'seat', body);
  expect(sent).toMatchObject({ state: kind, waiting: 1 });
  expect(sent.why).toContain(why);
});

test('a journal that a kill cut short goes on; a changed one is kept aside', async () => {
  await record(app, 'seat', body);
  await record(app, 'seat', body);
  const path = journalFile(app, 'seat');
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, whole.slice(0, -30));
  await record(app, 'seat', body);
  expect(parseJournal(readFileSync(path, 'utf8'))).toMatchObject({
    events: [{ number: 1 }, { number: 2 }],
    badLine: 0,
  });
  expect(said).toEqual([]);
  writeFileSync(path, whole.replace('"pass"', '"fail"'));
  await record(app, 'seat', body);
  expect(parseJournal(readFileSync(path, 'utf8'))).toMatchObject({ events: [{ number: 1 }], badLine: 0 });
  expect(said.join('')).toMatch(/^podlab: line 1 of .* was changed; it is kept as .*\.kept, and a new one begins\n$/);
});

test('several podlabs at one seat make one chain', async () => {
  await Promise.all(Array.from({ length: 12 }, () => record(app, 'seat', body)));
  const { events, badLine } = parseJournal(readFileSync(journalFile(app, 'seat'), 'utf8'));
  expect([events.length, badLine]).toEqual([12, 0]);
});

const notice = { at: 1, text: '', exercise: '', task: '', done: false, event: 0 } as const;

test('what the instructor says comes with the answer to a report, and to a question when nothing is reported', async () => {
  reportTo(await serve());
  word = { hints: 'locked', closesInMs: 60_000, notices: [{ ...notice, number: 1, kind: 'message', text: 'Coffee' }] };
  await record(app, 'seat', body);
  expect(readInbox(app, 'seat')).toMatchObject({ heard: 1, hints: 'locked', notices: [{ text: 'Coffee' }] });
  const { closesAt } = readInbox(app, 'seat');
  expect(Math.abs(closesAt - Date.now() - 60_000)).toBeLessThan(5000);

  const unlock = { ...notice, number: 2, kind: 'unlock', exercise: 'a/b', task: 'c' } as const;
  const reset = { ...notice, number: 3, kind: 'reset', exercise: 'a/b' } as const;
  word = { ...word, notices: [...word.notices, unlock, reset] };
  expect(hintRuleOf(readInbox(app, 'seat'), 'a/b', 'c')).toBe('closed');
  expect(await hearWord(app, 'seat')).toEqual({ state: 'sent', waiting: 0, why: '' });
  expect(hintRuleOf(readInbox(app, 'seat'), 'a/b', 'c')).toBe('open');
  expect(hintRuleOf(readInbox(app, 'seat'), 'a/b', 'd')).toBe('closed');
  // Of several podlabs at this seat one does the reset.
  const taken = await Promise.all([takeResets(app, 'seat'), takeResets(app, 'seat'), takeResets(app, 'seat')]);
  expect(taken.flat()).toEqual(['a/b']);
  expect(statSync(inboxFile(app, 'seat')).mode & 0o777).toBe(0o600);
});

test('an inbox that is not what podlab wrote is told anew', async () => {
  reportTo(await serve());
  word = { ...word, notices: [{ ...notice, number: 1, kind: 'message', text: 'Coffee' }] };
  await hearWord(app, 'seat');
  writeFileSync(inboxFile(app, 'seat'), '{"heard": 7');
  await hearWord(app, 'seat');
  expect(readInbox(app, 'seat')).toMatchObject({ heard: 1, notices: [{ text: 'Coffee' }] });
});
