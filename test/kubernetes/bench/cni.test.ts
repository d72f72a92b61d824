// The shape of what `podlab bench cni` answers, on a real cluster; how fast it is, is nothing for a test.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metrics, type Visit, ways } from '../../../src/bench/cni-measures.ts';
import { describeClusters, withClusters } from '../../support/cluster-desk.ts';
import { tracesOf } from '../../support/traces.ts';

const lines = [
  'podlab:engine: kubernetes',
  'podlab:networks: { api: { mode: isolated, cidr: 172.30.6.0/24 } }',
  'podlab:nodes: { count: 2, networks: [api] }',
  'podlab:kubernetes: { proxyMode: nftables }',
  'podlab:cni: { name: bridge, routes: vxlan }',
];

describeClusters('podlab bench cni', () => {
  test('measures every way in rooms of its own, writes chart and tables, and leaves nothing behind', async () => {
    await withClusters(async (desk) => {
      const file = desk.stackFile('lan', ...lines);
      const [svg, markdown] = [join(desk.root, 'cni.svg'), join(desk.root, 'cni.md')];
      const words = ['--rounds', '2', '--seconds', '1', '--svg', svg, '--markdown', markdown, '--json'];
      const { exitCode, stdout, stderr } = await desk.podlab('bench', 'cni', '--stack', file, ...words);
      expect(exitCode, stderr).toBe(0);
      const report = JSON.parse(stdout);
      expect(report.stacks).toMatchObject([{ stack: 'lan', cni: 'bridge vxlan', mtuBytes: 1450 }]);
      expect(report.visits.map(({ stack, round }: Visit) => `${stack} ${round}`)).toEqual(['lan 0', 'lan 1']);
      for (const { values } of report.visits as readonly Visit[]) {
        for (const way of ways) for (const metric of metrics) expect(values[way][metric]).toBeGreaterThan(0);
        for (const way of ways) expect(values[way].p50).toBeLessThanOrEqual(values[way].p99);
      }
      expect(readFileSync(markdown, 'utf8')).toContain('pod to Service, across nodes');
      expect(readFileSync(svg, 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
      expect(existsSync(join(desk.root, 'run', 'bench-lan'))).toBe(false);
      expect(tracesOf('bench-lan', join(desk.root, 'run'))).toEqual([]);
    });
  });
});
