import { expect, test } from 'vitest';
import { parseQuantity } from '../../../src/probe/kube-quantity.ts';
import { secondsOf } from '../../../src/probe/metrics-api.ts';
import { parsePrometheus } from '../../../src/probe/prometheus-text.ts';
import { fakeApi } from '../../support/fake-api.ts';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { fixture } from '../../support/fixture.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const read = (name: string) => fixture(import.meta.url, name);
const node = fakeExecutor('node1', {});
const base = '/api/v1/nodes/node1/proxy';
const kubelet = {
  [`${base}/metrics/resource`]: read('kubelet-1.36-metrics-resource.txt'),
  [`${base}/metrics/cadvisor`]: read('kubelet-1.36-metrics-cadvisor.txt'),
  [`${base}/stats/summary`]: JSON.parse(read('kubelet-1.36-stats-summary.json')),
};
const podQuery = '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=two';
const pod = { items: [{ metadata: { name: 'two', namespace: 'default' }, spec: { nodeName: 'node1' } }] };
const registration = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io';

test('metrics.kubelet: a pod at all three endpoints; of cAdvisor the whole pod, not its pause container', async () => {
  const cluster = fakeApi({ ...kubelet, [podQuery]: pod });
  const seen = await observe('metrics.kubelet', { pod: 'two', source: 'cadvisor' }, node, twoNodes, cluster);
  expect(seen).toMatchObject({
    node: 'node1',
    answers: ['resource', 'summary', 'cadvisor'],
    refusals: [],
    known: true,
    cpu_seconds: 0.129777744,
    memory_bytes: 18_419_712,
    at: 1_795_248_437,
    containers: [
      { name: 'server', cpu_seconds: 0.056985395, memory_bytes: 9_039_872 },
      { name: 'shell', cpu_seconds: 0.01449924, memory_bytes: 245_760 },
    ],
    memory_spread_percent: 0,
  });
  expect(seen.readings.map((one: { source: string; cpu_cores: number }) => [one.source, one.cpu_cores])).toEqual([
    ['resource', 0],
    ['summary', 0.000048683],
    ['cadvisor', 0],
  ]);
});

test('metrics.kubelet: the node itself', async () => {
  expect(await observe('metrics.kubelet', { source: 'summary' }, node, twoNodes, fakeApi(kubelet))).toMatchObject({
    known: true,
    cpu_seconds: 10311.933694384,
    cpu_cores: 1.015230853,
    memory_bytes: 3_724_771_328,
    containers: [],
  });
});

test('metrics.kubelet: an endpoint that refuses is seen, and a pod that the kubelet does not know', async () => {
  const { [`${base}/metrics/cadvisor`]: _, ...some } = kubelet;
  const cluster = fakeApi({
    ...some,
    [`${base}/metrics/cadvisor`]: 403,
    '/api/v1/namespaces/kube-system/pods?fieldSelector=metadata.name=two': {
      items: [{ metadata: { name: 'two', namespace: 'kube-system' }, spec: { nodeName: 'node1' } }],
    },
  });
  expect(
    await observe('metrics.kubelet', { pod: 'kube-system/two', source: 'resource' }, node, twoNodes, cluster),
  ).toMatchObject({
    answers: ['resource', 'summary'],
    refusals: [{ source: 'cadvisor', reason: `GET ${base}/metrics/cadvisor: status 403: ` }],
    known: false,
    memory_bytes: 0,
    readings: [],
  });
});

test('metrics.kubelet: a pod that does not exist is known nowhere, not even to cAdvisor, which has records without a pod', async () => {
  const cluster = fakeApi({ ...kubelet, [podQuery]: { items: [] } });
  const seen = await observe(
    'metrics.kubelet',
    { pod: 'two*', source: 'cadvisor' },
    node,
    twoNodes,
    fakeApi({ ...kubelet, '/api/v1/namespaces/default/pods': { items: [] } }),
  );
  expect(seen).toMatchObject({ known: false, readings: [] });
  const gone = await observe(
    'metrics.kubelet',
    { pod: 'other/two' },
    node,
    twoNodes,
    fakeApi({ ...kubelet, '/api/v1/namespaces/other/pods?fieldSelector=metadata.name=two': { items: [] } }),
  );
  expect(gone).toMatchObject({ known: false, readings: [] });
  // What the kubelet still remembers of a pod that is gone is told.
  expect(await observe('metrics.kubelet', { pod: 'two' }, node, twoNodes, cluster)).toMatchObject({ known: true });
});

const metrics = (name: string, more: object) => ({
  metadata: { name, namespace: 'default' },
  timestamp: '2026-11-21T08:07:40Z',
  window: '15.5s',
  ...more,
});
const available = { status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] } };

test('metrics.api: what it adds up for a pod is what the kubelet says of its application containers', async () => {
  const cluster = fakeApi({
    ...kubelet,
    [podQuery]: pod,
    [registration]: available,
    '/apis/metrics.k8s.io/v1beta1/nodes': { items: [metrics('node1', { usage: { cpu: '250m', memory: '3Gi' } })] },
    '/apis/metrics.k8s.io/v1beta1/pods': {
      items: [
        metrics('two', {
          containers: [
            { name: 'server', usage: { cpu: '1500000n', memory: '8828Ki' } },
            { name: 'shell', usage: { cpu: '500u', memory: '240Ki' } },
          ],
        }),
      ],
    },
  });
  const seen = await observe('metrics.api', { pod: 'two' }, node, twoNodes, cluster);
  expect(seen).toMatchObject({
    registered: true,
    available: true,
    reason: '',
    known: true,
    memory_bytes: 9_285_632,
    window_s: 15.5,
    kubelet_memory_bytes: 9_285_632,
    kubelet_pod_memory_bytes: 18_419_712,
    memory_difference_percent: 0,
  });
  expect(seen.cpu_cores).toBeCloseTo(0.002);
  expect(await observe('metrics.api', {}, node, twoNodes, cluster)).toMatchObject({
    cpu_cores: 0.25,
    memory_bytes: 3 * 2 ** 30,
    kubelet_memory_bytes: 3_724_771_328,
  });
});

test.each([
  ['nobody has registered it', {}, { registered: false, reason: 'NotRegistered' }],
  [
    'its pod is not there yet',
    {
      [registration]: { status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] } },
    },
    { registered: true, reason: 'MissingEndpoints' },
  ],
  ['it is registered and nothing more', { [registration]: {} }, { registered: true, reason: 'Unknown' }],
  [
    'it has no numbers yet',
    { [registration]: available, '/apis/metrics.k8s.io/v1beta1/nodes': { items: [] } },
    { registered: true, reason: 'NoMetrics' },
  ],
  [
    'the server behind it is gone',
    { [registration]: available, '/apis/metrics.k8s.io/v1beta1/nodes': 503 },
    { registered: true, reason: 'NoMetrics' },
  ],
])('metrics.api is not available when %s', async (_why, answers, expected) => {
  const seen = await observe('metrics.api', {}, node, twoNodes, fakeApi(answers));
  expect(seen).toMatchObject({ ...expected, available: false, known: false, nodes: [] });
});

test.each([
  ['0', 0],
  ['250m', 0.25],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['64974k', 64_974_000],
  ['12e3', 12_000],
  ['2E', 2e18],
])('the quantity %s is %d', (text, value) => {
  expect(parseQuantity(text)).toBeCloseTo(value);
});

test.each(['', 'many', '12 Gi', '1Gib'])('%j is no quantity', (text) => {
  expect(parseQuantity(text)).toBeNaN();
});

test('durations as Go prints them', () => {
  expect(['15.041s', '1m30s', '1h0m1s', '250ms'].map(secondsOf)).toEqual([15.041, 90, 3601, 0.25]);
});

test("Prometheus' text: comments, labels with quotes, time stamps, exponents", () => {
  const text = '# TYPE a counter\na{b="c\\"d\\\\",e=""} 1.5e+07 1700\n\nlonely 2\nnot a sample\n';
  expect(parsePrometheus(text)).toEqual([
    { name: 'a', labels: { b: 'c"d\\', e: '' }, value: 15_000_000, at: 1700 },
    { name: 'lonely', labels: {}, value: 2, at: 0 },
  ]);
});
