import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClusterApi } from '../../../../src/cluster/api/cluster-api.ts';
import { openApi } from '../../../../src/cluster/api/open-api.ts';

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const base64 = (name: string) => read(name).toString('base64');

/** What an API server says to each path; the query does not count. */
const answers: Readonly<Record<string, [status: number, body: string]>> = {
  '/api/v1/namespaces': [
    200,
    '{"kind":"NamespaceList","items":[{"metadata":{"name":"default","creationTimestamp":"2026-11-21T08:00:00Z"}}]}',
  ],
  '/api/v1/namespaces/default/pods/gone': [404, '{"kind":"Status","message":"pods \\"gone\\" not found"}'],
  '/api/v1/secrets': [403, '{"kind":"Status","message":"secrets is forbidden"}'],
  '/metrics': [200, 'up 1\n'],
  '/broken': [502, 'bad gateway\nand more'],
};

let server: Server;
let port: number;
let sockets: Socket[];
let authorization: (string | undefined)[];

beforeEach(async () => {
  sockets = [];
  authorization = [];
  server = createServer({ cert: read('server-cert.pem'), key: read('server-key.pem') }, (request, response) => {
    authorization.push(request.headers.authorization);
    const path = new URL(request.url ?? '', 'https://x').pathname;
    // A path that nobody knows is one that never answers.
    const answer = answers[path];
    if (answer === undefined) return;
    response.writeHead(answer[0], { 'content-type': path === '/metrics' ? 'text/plain' : 'application/json' });
    response.end(answer[1]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  server.closeAllConnections();
});

/** @param host what the kubeconfig calls the server; the connection goes to the test's in any case */
function kubeconfig(host: string, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `https://${host}:6443`, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

async function viaSocket(): Promise<Duplex> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  return socket;
}

const open = (
  options: { timeoutMs?: number; patience?: number; ca?: string; host?: string } = {},
): Promise<ClusterApi> =>
  openApi(kubeconfig(options.host ?? '127.0.0.1', options.ca ?? 'server-cert.pem'), viaSocket, {
    timeoutMs: options.timeoutMs ?? 10_000,
    patience: options.patience ?? 1,
  });

test('objects come typed, text comes as it is, with the credentials of the kubeconfig, over one connection', async () => {
  const api = await open();
  const { items } = await api.core.listNamespace();
  expect(items[0]?.metadata?.creationTimestamp).toEqual(new Date('2026-11-21T08:00:00Z'));
  expect(await api.raw('/metrics')).toBe('up 1\n');
  expect(authorization).toEqual(['Bearer secret', 'Bearer secret']);
  expect(sockets).toHaveLength(1);
});

test('nothing is connected before the first question', async () => {
  await open();
  expect(sockets).toEqual([]);
});

test('what is not there is NOT_FOUND, a refusal is PROBE_FAILED; both name the path and the reason', async () => {
  const api = await open();
  await expect(api.core.readNamespacedPod({ namespace: 'default', name: 'gone' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'GET /api/v1/namespaces/default/pods/gone: status 404: pods "gone" not found',
  });
  await expect(api.core.listSecretForAllNamespaces()).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: 'GET /api/v1/secrets: status 403: secrets is forbidden',
  });
  await expect(api.raw('/broken')).rejects.toThrow('GET /broken: status 502: bad gateway');
});

test('a server that does not answer is given up after the time limit', async () => {
  const api = await open({ timeoutMs: 200 });
  await expect(api.raw('/silent')).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: 'GET /silent from 127.0.0.1:6443: no answer within 0.2 s',
  });
});

test('one whose processor is emulated is given as much longer', async () => {
  const api = await open({ timeoutMs: 50, patience: 4 });
  await expect(api.raw('/silent')).rejects.toThrow('no answer within 0.2 s');
});

test('who is interrupted stops waiting', async () => {
  const abort = new AbortController();
  const api = await openApi(kubeconfig('127.0.0.1', 'server-cert.pem'), viaSocket, { signal: abort.signal });
  const silent = api.raw('/silent');
  server.once('request', () => abort.abort());
  await expect(silent).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a server with another certificate authority, or another name, is not believed', async () => {
  await expect((await open({ ca: 'other-cert.pem' })).raw('/metrics')).rejects.toThrow(/self-signed|unable to verify/);
  await expect((await open({ host: '192.168.39.11' })).raw('/metrics')).rejects.toThrow(
    /192\.168\.39\.11.* is not in the cert/,
  );
  expect(authorization).toEqual([]);
});

test('a kept connection that has ended in the meantime is replaced', async () => {
  const api = await open();
  await api.raw('/metrics');
  server.closeAllConnections();
  expect(await api.raw('/metrics')).toBe('up 1\n');
  expect(sockets).toHaveLength(2);
});

test('no connection at all says why', async () => {
  const api = await openApi(kubeconfig('127.0.0.1', 'server-cert.pem'), async () => {
    throw new Error('connect: no route to host');
  });
  await expect(api.raw('/metrics')).rejects.toThrow('GET /metrics from 127.0.0.1:6443: connect: no route to host');
});

test.each([
  ['not YAML', '{', 'is not readable'],
  ['empty', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n', 'names no server'],
])('a kubeconfig that is %s is refused', async (_what, text, message) => {
  await expect(openApi(text, viaSocket)).rejects.toThrow(message);
});
