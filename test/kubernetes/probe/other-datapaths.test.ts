import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeClusters } from '../../support/cluster-desk.ts';
import { openCluster, type ProbedCluster } from '../../support/probed-cluster.ts';

const workloads = readFileSync(new URL('fixtures/workloads.yaml', import.meta.url), 'utf8');

const settings = (routes: string) => [
  'podlab:engine: kubernetes',
  'podlab:nodes: { count: 2, networks: [nat, isolated] }',
  'podlab:kubernetes: { proxyMode: iptables }',
  `podlab:cni: { name: bridge, routes: ${routes} }`,
];

describeClusters('probes of a live cluster: kube-proxy by iptables, pods by VXLAN', () => {
  let cluster: ProbedCluster;
  beforeAll(async () => {
    cluster = await openCluster('probes-vxlan', ...settings('vxlan'));
    await cluster.apply(workloads);
  });
  afterAll(() => cluster?.leave());

  test('an overlay has a tunnel, an entry for the other end and a smaller MTU; without the entry nothing arrives', async () => {
    const vxlan = await cluster.ask('cni.datapath', { on: 'node1' });
    expect(vxlan).toMatchObject({
      kind: 'vxlan',
      overlay: true,
      mtu: 1450,
      pod_mtu: 1450,
      peers: ['node2'],
      tunnel: { kind: 'vxlan', dstport: 8472, local: '192.168.39.11' },
    });
    expect(vxlan.fdb.map(({ node }: { node: string }) => node)).toEqual(['node2']);
    const ping = { pod: 'two', to: 'pod/dds-b', count: 2 };
    expect(await cluster.ask('net.reach', { ...ping, mtu: 1450 })).toMatchObject({ reached: true });
    expect(await cluster.ask('net.reach', { ...ping, mtu: 1451 })).toMatchObject({ reached: false, no_route: true });
    const [{ mac, dst }] = vxlan.fdb;
    await cluster.on('node1', `bridge fdb del ${mac} dev ${vxlan.device} dst ${dst}`);
    expect(await cluster.ask('cni.datapath', { on: 'node1' })).toMatchObject({ kind: 'vxlan', fdb: [] });
    expect(await cluster.ask('net.reach', ping)).toMatchObject({ reached: false });
    await cluster.on('node1', `bridge fdb add ${mac} dev ${vxlan.device} dst ${dst}`);
  });

  test('a Service has a chain, and each endpoint one; every further Service lengthens the chain of dispatch', async () => {
    const web = await cluster.ask('k8s.service', { name: 'web' });
    const rules = await cluster.until('k8s.proxy', { service: 'web' }, { matches_api: true, exists: true });
    expect(rules).toMatchObject({
      mode: 'iptables',
      kernel_mode: 'iptables',
      kernel_modes: ['iptables'],
      chain: expect.stringMatching(/^KUBE-SVC-[A-Z0-9]{16}$/),
      endpoints: web.targets,
      balance: 'random',
      element_count: 0,
    });
    expect(rules.endpoint_chains).toHaveLength(3);
    expect(await cluster.ask('k8s.proxy', { service: 'empty' })).toMatchObject({ exists: false, chain: '' });
    await cluster.on('node1', 'kubectl expose deployment web --name more --port 81 --target-port 8080 >/dev/null');
    await cluster.until('k8s.proxy', { service: 'more' }, { matches_api: true, exists: true });
    expect((await cluster.ask('k8s.proxy')).dispatch_rules).toBe(rules.dispatch_rules + 1);
    await cluster.on('node1', 'kubectl scale deployment web --replicas 1 >/dev/null');
    expect(await cluster.until('k8s.proxy', { service: 'web' }, { matches_api: true, balance: '' })).toMatchObject({
      exists: true,
    });
  });
});

describeClusters('probes of a live cluster: pods by BGP', () => {
  let cluster: ProbedCluster;
  beforeAll(async () => {
    cluster = await openCluster('probes-bgp', ...settings('bgp'));
  });
  afterAll(() => cluster?.leave());

  test('a session brings the route; when the other side is silent both go', async () => {
    const up = await cluster.until('bgp.sessions', { on: 'node1' }, { established: 1 });
    expect(up).toMatchObject({ running: true, speaker: 'bird', count: 1, neighbors: ['192.168.39.12'], ibgp: true });
    expect(up.learned).toEqual([{ dst: '10.244.1.0/24', via: '192.168.39.12', dev: 'eth1', proto: 'bird' }]);
    expect(await cluster.ask('bgp.sessions', { on: 'node1', neighbor: 'node2' })).toMatchObject({ count: 1 });
    expect(await cluster.ask('bgp.sessions', { on: 'node1', neighbor: 'node1' })).toMatchObject({ count: 0 });
    expect(await cluster.ask('cni.datapath', { on: 'node1' })).toMatchObject({
      kind: 'bgp',
      overlay: false,
      peers: ['node2'],
    });
    await cluster.on('node2', 'birdc -s /run/bird/bird.ctl disable node1 >/dev/null');
    const down = await cluster.until('bgp.sessions', { on: 'node1' }, { established: 0, learned: [] });
    expect(down).toMatchObject({ running: true, count: 1, neighbors: [] });
    expect(down.sessions[0].state).not.toBe('Established');
    expect(await cluster.ask('cni.datapath', { on: 'node1' })).toMatchObject({ kind: '', missing: ['node2'] });
    await cluster.on('node2', 'birdc -s /run/bird/bird.ctl enable node1 >/dev/null');
    await cluster.until('bgp.sessions', { on: 'node1' }, { established: 1 });
  });
});
