import { expect, test } from 'vitest';
import type { Executor } from '../../../src/host/host.ts';
import { criText } from '../../support/cri-text.ts';
import { fakeApi } from '../../support/fake-api.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const pods = { pub: '10.244.0.2', sub: '10.244.1.3', far: '10.244.1.4' };
const service = '10.96.7.7';

const podList = {
  items: Object.entries(pods).map(([name, podIP]) => ({
    metadata: { name, namespace: 'default', uid: name },
    spec: { nodeName: 'node1', containers: [{ name: 'dds', image: 'dds' }] },
    status: { phase: 'Running', podIP },
  })),
};

const api = fakeApi({
  ...Object.fromEntries(
    podList.items.map((pod) => [
      `/api/v1/namespaces/default/pods?fieldSelector=metadata.name=${pod.metadata.name}`,
      { items: [pod] },
    ]),
  ),
  '/api/v1/namespaces/default/services?fieldSelector=metadata.name=sub': {
    items: [{ metadata: { name: 'sub', namespace: 'default' }, spec: { clusterIP: service, type: 'ClusterIP' } }],
  },
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=sub': {
    items: [],
  },
});

const containers = criText(
  Object.keys(pods).map((name, n) => ({
    id: name,
    kind: 'container' as const,
    pod: `default/${name}`,
    name: 'dds',
    pid: 100 + n,
    inodes: [1, 2, 3, 4, 5] as const,
  })),
);

/** Answers like ddsperf; `half` gets the peer that it was told to look for and the number of the run: half a round trip. */
function dds(half: (peer: string, run: number) => number): Executor & Record<'peers' | 'callers', string[]> {
  const [peers, callers]: [string[], string[]] = [[], []];
  return {
    name: 'node1',
    peers,
    callers,
    async run(argv, options) {
      const result = { argv, exitCode: 0, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 1 };
      if (argv[0] === 'sh') return { ...result, stdout: containers };
      const peer = /address="([^"]*)"/.exec(options?.env?.CYCLONEDDS_URI ?? '')?.[1] ?? '';
      if (argv.includes('pong')) callers.push(peer);
      if (!argv.includes('ping')) return result;
      const p50 = half(peer, peers.push(peer));
      const stdout = `[1] 2.000  b:2 size 64 mean ${p50}us min 1.000us 50% ${p50}us 90% 90.000us 99% 99.000us max 100.000us cnt 9\n`;
      return { ...result, stdout: p50 === 0 ? '[1] error: too few matching participants (0)\n' : stdout };
    },
  };
}

const args = { a: { from: 'pub', to: 'far' }, b: { from: 'pub', to: 'sub' }, rounds: 4 };
const ask = (node: Executor, more = {}) => observe('pubsub.latency_pair', { ...args, ...more }, node, twoNodes, api);

test('rounds alternate their order', async () => {
  const node = dds(() => 20);
  await ask(node);
  expect(node.peers.map((peer) => (peer === pods.far ? 'A' : 'B')).join('')).toBe('ABBAABBA');
});

test('a way that takes twice as long has the ratio 2, in whole round trips', async () => {
  expect(await ask(dds((peer) => (peer === pods.far ? 40 : 20)))).toMatchObject({
    ratio: 2,
    conclusive: true,
    cv: 0,
    a_p50_us: 80,
    b_p50_us: 40,
    a_p99_us: 198,
    pairs: Array(4).fill({ a: 80, b: 40 }),
  });
});

test('a machine that gets slower all the time shows no difference', async () => {
  const seen = await ask(dds((_peer, run) => 100 + 5 * run));
  expect(seen).toMatchObject({ conclusive: false });
  expect(seen.ratio).toBeCloseTo(1, 2);
});

test('by a Service they look for its address, at the port of discovery in domain 1', async () => {
  const node = dds(() => 20);
  await ask(node, { a: { from: 'pub', to: 'sub', service: 'sub' } });
  expect(new Set(node.peers)).toEqual(new Set([`${service}:7660`, pods.sub]));
  // Were the answering side told the other's address, they would meet without any Service.
  expect(new Set(node.callers)).toEqual(new Set(['', pods.pub]));
});

test('ways on which nobody is found are not compared', async () => {
  await expect(ask(dds((peer) => (peer === pods.far ? 0 : 20)))).rejects.toMatchObject({ code: 'PROBE_FAILED' });
});
