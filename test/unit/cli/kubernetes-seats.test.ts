// podlab fleet down with place: kubernetes, against an API server on loopback that is as bad as one under load.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { run as down } from '../../../src/cli/verbs/fleet-down.ts';
import type { Driver } from '../../../src/driver/driver.ts';
import { silentReporter } from '../../../src/reporter.ts';
import { type LoopbackApi, loopbackApi } from '../../support/loopback-api.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const namespaces = '/api/v1/namespaces';
const place = `${namespaces}/podlab-day1`;
const deployments = '/apis/apps/v1/namespaces/podlab-day1/deployments';

let dir: string;
let api: LoopbackApi;
let objects: Map<string, object>;
/** Removals, in the order in which they came. */
let removals: string[];
let warnings: string[];
/** What is done with a removal in place of an answer; true when it is enough. */
let spoil: (path: string, response: ServerResponse) => boolean;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  for (const name of ['state', 'run']) mkdirSync(join(dir, name));
  [removals, warnings, spoil] = [[], [], () => false];
  objects = new Map(
    [place, `${place}/configmaps/day1`, ...[1, 2, 3].map((n) => `${deployments}/day1-0${n}`)].map((path) => [
      path,
      objectAt(path),
    ]),
  );
  api = await loopbackApi((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://x');
    request.resume();
    if (request.method === 'DELETE') return remove(pathname, response);
    const found = objects.get(pathname) ?? listOf(pathname, searchParams.get('labelSelector') ?? '');
    answer(response, found === undefined ? 404 : 200, found ?? { message: 'not found' });
  });
});

afterEach(() => {
  api.close();
  rmSync(dir, { recursive: true });
});

function objectAt(path: string): object {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const seat = /^day1-\d+$/.test(name) ? { 'podlab/seat': name } : {};
  return { metadata: { name, namespace: 'podlab-day1', uid: name, labels: { 'podlab/workshop': 'day1', ...seat } } };
}

/** As far as podlab asks: labels that are equal, and everything that has not a label. */
function listOf(path: string, selector: string): object | undefined {
  if (objects.has(path) || /\/(day1|podlab)[^/]*$/.test(path)) return undefined;
  const seat = /podlab\/seat=([\w-]+)/.exec(selector)?.[1];
  const items = [...objects].filter(
    ([at]) => at.slice(0, at.lastIndexOf('/')) === path && (seat === undefined || at.endsWith(`/${seat}`)),
  );
  return { items: selector.startsWith('!') ? [] : items.map(([, object]) => object) };
}

function remove(path: string, response: ServerResponse): void {
  removals.push(path);
  if (spoil(path, response)) return;
  const wasThere = objects.delete(path);
  answer(response, wasThere ? 200 : 404, {});
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function appIn() {
  let said = '';
  const app = {
    env: { HOME: dir },
    uid: 0,
    paths: { state: join(dir, 'state'), runtime: join(dir, 'run'), cache: join(dir, 'cache') },
    home: root,
    roots: [root],
    signal: new AbortController().signal,
    reporter: async () => ({ ...silentReporter, warn: (text: string) => void warnings.push(text) }),
    driver: async () => ({}) as Driver,
    answer: (_json: boolean, data: object) => {
      said = JSON.stringify(data);
    },
  } as unknown as App;
  return { app, said: () => JSON.parse(said) };
}

function workshop(): string {
  writeFileSync(join(dir, 'kubeconfig'), api.kubeconfig);
  const file = join(dir, 'workshop.yaml');
  const lines = ['name: day1', 'stack: quickstart', 'labs: [by-hand]', 'seats: 2', 'place: kubernetes'];
  writeFileSync(file, [...lines, 'kubernetes: { kubeconfig: ./kubeconfig }', ''].join('\n'));
  return file;
}

const input = (file: string) => ({ args: [], options: { workshop: file, json: true }, rest: [] });
const states = (said: { seats: readonly { stack: string; state: string }[] }) =>
  said.seats.map(({ stack, state }) => `${stack} ${state}`);

test('connections that break and a server that is busy delay the removal, and nothing else', async () => {
  const spoilt = new Set<string>();
  spoil = (path, response) => {
    if (spoilt.has(path)) return false;
    spoilt.add(path);
    // Done, but nobody hears of it; or not done yet.
    if (path === `${deployments}/day1-01`) {
      objects.delete(path);
      response.socket?.destroy();
    } else if (path === place) answer(response, 503, {});
    return path === place || path === `${deployments}/day1-01`;
  };
  const { app, said } = appIn();
  expect(await down(app, input(workshop()))).toBe(0);
  expect(states(said())).toEqual(['day1-01 done', 'day1-02 done', 'day1-03 done']);
  expect(said().shared).toEqual(['configmap day1', 'namespace podlab-day1']);
  expect(removals.filter((path) => path === place || path.endsWith('/day1-01')).sort()).toEqual([
    ...[place, place, `${deployments}/day1-01`, `${deployments}/day1-01`].sort(),
  ]);
  expect(objects.size).toBe(0);
  expect(warnings).toEqual([
    expect.stringMatching(/^DELETE .*\/day1-01 from .*; asked again$/),
    `DELETE ${place}: status 503; asked again`,
  ]);
}, 60_000);

test('when what the seats shared is not removed, it says how far it got, and the next time goes on from there', async () => {
  spoil = (path, response) => {
    if (path !== place) return false;
    answer(response, 403, { message: 'namespaces is forbidden' });
    return true;
  };
  const { app, said } = appIn();
  const file = workshop();
  await expect(down(app, input(file))).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringMatching(/^every seat is removed, but not yet what they shared: .*namespaces is forbidden/),
  });
  expect([...objects.keys()]).toEqual([place]);
  spoil = () => false;
  expect(await down(app, input(file))).toBe(0);
  expect(said().shared).toEqual(['namespace podlab-day1']);
  expect(objects.size).toBe(0);
}, 60_000);

test('a namespace that is being removed already is waited for', async () => {
  spoil = (path, response) => {
    if (path !== place) return false;
    answer(response, 409, { message: 'the system is ensuring all content is removed from this namespace' });
    setTimeout(() => objects.delete(place), 200);
    return true;
  };
  const { app, said } = appIn();
  expect(await down(app, input(workshop()))).toBe(0);
  expect(said().shared).toContain('namespace podlab-day1');
}, 60_000);
