// A cluster by its kubeconfig whose API server is slow, busy or breaks connections: asked again, within a limit.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type KubeconfigCluster, openKubeconfig } from '../../../../src/cluster/api/kubeconfig-cluster.ts';
import { type LoopbackApi, loopbackApi } from '../../../support/loopback-api.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

let dir: string;
let api: LoopbackApi;
let asked: string[];
/** One for each question, in their order; the last for all that come after it. */
let answers: Answer[];
let waits: string[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  [asked, answers, waits] = [[], [], []];
  api = await loopbackApi((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(`${request.method} ${request.url}`);
    answer?.(response, request);
  });
});

afterEach(() => {
  api.close();
  rmSync(dir, { recursive: true });
});

const says =
  (status: number, body: object = { kind: 'Status', message: `it is ${status}` }): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
const late =
  (ms: number, then: Answer): Answer =>
  (response, request) =>
    void setTimeout(() => then(response, request), ms);
const never: Answer = () => {};
const breaks: Answer = (_response, request) => void request.socket.destroy();

/** As long as a machine may need that has much else to do; where silence is tested, less. */
async function open(patience: { answerWithinMs?: number; withinMs?: number } = {}): Promise<KubeconfigCluster> {
  const file = join(dir, 'kubeconfig');
  writeFileSync(file, api.kubeconfig);
  return openKubeconfig({
    ...{ file, context: '', signal: new AbortController().signal },
    patience: { answerWithinMs: 20_000, withinMs: 60_000, pauseMs: 5, ...patience },
    onWait: (why) => waits.push(why),
    connect: async (host, at) => {
      const socket = connect(at, host);
      await once(socket, 'connect');
      return socket;
    },
  });
}

const path = '/api/v1/namespaces/podlab-day1';

test('a server that needs longer than was waited for is given longer, and somebody is told once', async () => {
  answers = [never, late(500, says(200, { metadata: { name: 'podlab-day1' } }))];
  const cluster = await open({ answerWithinMs: 200 });
  expect(await cluster.get(path)).toEqual({ metadata: { name: 'podlab-day1' } });
  expect(new Set(asked)).toEqual(new Set([`GET ${path}`]));
  expect(waits).toEqual([expect.stringMatching(/^GET .* from 127\.0\.0\.1:\d+: no answer within 0\.2 s$/)]);
});

test('what was removed although the answer was lost is gone', async () => {
  answers = [never, says(404)];
  expect(await (await open({ answerWithinMs: 200 })).remove(path, 'uid-1')).toBe(false);
  expect(asked.slice(0, 2)).toEqual(Array(2).fill(`DELETE ${path}`));
});

test('something else by that name, and a namespace that is being removed already, are no failure of a removal', async () => {
  answers = [says(409)];
  const cluster = await open();
  expect(await cluster.remove(path, 'uid-1')).toBe(false);
  await expect(cluster.get(path)).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
});

test.each([
  ['429', says(429)],
  ['503', says(503)],
  ['504', says(504)],
  ['a slow etcd', says(500, { message: 'etcdserver: request timed out' })],
  ['a broken connection', breaks],
])('%s passes', async (_what, answer) => {
  answers = [answer, says(200, { items: [{ a: 1 }] }), answer, says(200, { items: [] })];
  const cluster = await open();
  expect(await cluster.list('/api/v1/pods', 'a=b')).toEqual([{ a: 1 }]);
  expect(await cluster.list('/api/v1/pods', 'a=b')).toEqual([]);
  expect(asked.length).toBeGreaterThanOrEqual(3);
});

test('what does not pass is said at once', async () => {
  answers = [says(500, { message: 'failed calling webhook' })];
  const cluster = await open();
  await expect(cluster.get(path)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: `GET ${path}: status 500: failed calling webhook`,
  });
  expect([asked.length, waits]).toEqual([1, []]);
});

test('a server that never answers is given up when the time is over, with how to go on', async () => {
  answers = [never];
  const cluster = await open({ answerWithinMs: 200, withinMs: 1000 });
  const began = performance.now();
  await expect(cluster.remove(path, 'uid-1')).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: expect.stringMatching(/no answer within .* s; it was asked again for 1 s$/),
    hint: expect.stringContaining('it goes on with what is left'),
  });
  expect(performance.now() - began).toBeGreaterThan(900);
});

test('a server that is busy until the end is quoted', async () => {
  answers = [says(503)];
  await expect((await open({ withinMs: 1000 })).get(path)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: `GET ${path}: status 503: it is 503`,
  });
});

test('where nobody listens nobody is waited for, unless somebody did before', async () => {
  answers = [says(200, { metadata: { name: 'podlab-day1' } })];
  const [known, unknown] = [await open(), await open()];
  await known.get(path);
  api.close();
  await expect(unknown.get(path)).rejects.toThrow(/ECONNREFUSED/);
  expect(waits).toEqual([]);
  const waited = known.get(path);
  await expect.poll(() => waits.length, { timeout: 20_000 }).toBe(1);
  api.openAgain();
  expect(await waited).toEqual({ metadata: { name: 'podlab-day1' } });
});
