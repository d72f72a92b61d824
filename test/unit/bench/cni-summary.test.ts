import { expect, test } from 'vitest';
import { orderOf } from '../../../src/bench/cni-bench.ts';
import { niceStep, renderCniChart } from '../../../src/bench/cni-chart.ts';
import { makeReport, renderMarkdown } from '../../../src/bench/cni-report.ts';
import { type StackSummary, summarize } from '../../../src/bench/cni-summary.ts';
import { describeStack, parseMachine } from '../../../src/bench/machine.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { sampleReport } from '../../support/bench-sample.ts';

const golden = '../../golden/bench';

function wayOf(summary: readonly StackSummary[], stack: string, way: string) {
  const found = summary.find((one) => one.stack === stack)?.ways.find((one) => one.way === way);
  if (found === undefined) throw new Error(`no ${way} in ${stack}`);
  return found;
}

test('a stack that is half as fast in every round is that without doubt, though rounds differ more than stacks', () => {
  const summary = summarize(sampleReport.visits);
  const { overFirst, figures } = wayOf(summary, 'bridge-vxlan', 'across');
  expect(overFirst?.tcp).toMatchObject({ conclusive: true });
  expect(overFirst?.tcp.ratio).toBeCloseTo(0.4 * (1 * 1.01 * 1.02) ** (1 / 3), 6);
  // Bits per second in, Gbit/s out; the geometric mean.
  expect(figures.tcp.center).toBeCloseTo(8 * (1 * (1.1 * 1.01) * (0.95 * 1.02)) ** (1 / 3), 6);
});

test('a stack that is a little faster in one round and a little slower in the next is no different', () => {
  const { overFirst } = wayOf(summarize(sampleReport.visits), 'bridge-bgp', 'service');
  expect(overFirst?.tcp.conclusive).toBe(false);
  expect(overFirst?.tcp.low).toBeLessThan(1);
  expect(overFirst?.tcp.high).toBeGreaterThan(1);
});

test('ways are compared with host mode of their own room, the first stack with nobody', () => {
  const summary = summarize(sampleReport.visits);
  const { overHost, overFirst } = wayOf(summary, 'kubeadm', 'across');
  expect(overHost?.rate.ratio).toBeCloseTo(1 / 1.25, 6);
  expect(overHost?.rate.conclusive).toBe(true);
  expect(overFirst).toBeUndefined();
  expect(wayOf(summary, 'kubeadm', 'host').overHost).toBeUndefined();
});

test('rounds in any order give the same summary', () => {
  expect(summarize(sampleReport.visits.toReversed()).toReversed()[0]).toMatchObject({ stack: 'kubeadm' });
  const shuffled = [...sampleReport.visits].sort((a, b) => (a.stack === b.stack ? b.round - a.round : 0));
  expect(summarize(shuffled)).toEqual(summarize(sampleReport.visits));
});

test('over rounds everybody is first, middle and last', () => {
  const orders = [0, 1, 2, 3, 4, 5].map((round) => orderOf(['a', 'b', 'c'], round).join(''));
  expect(orders).toEqual(['abc', 'cba', 'bca', 'acb', 'cab', 'bac']);
});

test('the report as Markdown', async () => {
  await expect(renderMarkdown(makeReport(sampleReport))).toMatchFileSnapshot(`${golden}/cni.md`);
});

test('one stack alone is compared with its host mode only', () => {
  const [first] = sampleReport.stacks;
  const visits = sampleReport.visits.filter(({ stack }) => stack === 'kubeadm');
  const text = renderMarkdown(makeReport({ ...sampleReport, stacks: first === undefined ? [] : [first], visits }));
  expect(text).toContain('Divided by host mode');
  expect(text).not.toContain('Divided by kubeadm');
});

test('the chart', async () => {
  await expect(renderCniChart(makeReport(sampleReport))).toMatchFileSnapshot(`${golden}/cni.svg`);
});

test.each([
  [0.3, 0.5],
  [1, 1],
  [1.01, 2],
  [26, 50],
  [51, 100],
])('the least round step from %d on is %d', (atLeast, step) => {
  expect(niceStep(atLeast)).toBeCloseTo(step, 9);
});

test('the machine is read from what its programs say', () => {
  const text = [
    '4',
    '6.1.0-28-cloud-amd64',
    'MemTotal:       16384256 kB',
    'iperf 3.12 (cJSON 1.7.15)',
    'wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer',
  ].join('\n');
  expect(parseMachine(text)).toEqual({ cores: 4, memoryGiB: 16, kernel: '6.1.0', iperf3: '3.12', wrk: '4.1.0' });
});

test('a stack is described with its MTU and the limits of its nodes', () => {
  const text = `config:
  podlab:engine: kubernetes
  podlab:networks: { lan: { mode: isolated, cidr: 10.9.0.0/24 } }
  podlab:nodes:
    - { name: one, networks: [lan] }
    - { name: two, networks: [lan], cpus: 0.5, memory: 700MiB }
  podlab:cni: { name: bridge, routes: vxlan }
`;
  const topology = loadTopology(text, { stack: 'bench-x', file: 'x.yaml', hostRoutes: [] });
  expect(describeStack('x', topology)).toMatchObject({
    stack: 'x',
    cni: 'bridge vxlan',
    nodes: 2,
    mtuBytes: 1450,
    limits: 'two 0.5 CPUs and 700 MiB',
  });
});
