import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeClusters } from '../../support/cluster-desk.ts';
import { openCluster, type ProbedCluster } from '../../support/probed-cluster.ts';

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

describeClusters('probes of a live cluster: kube-proxy by nftables, pods by host-gw', () => {
  let cluster: ProbedCluster;

  beforeAll(async () => {
    cluster = await openCluster(
      'probes-nft',
      'podlab:engine: kubernetes',
      'podlab:nodes: { count: 2, networks: [nat, isolated] }',
      'podlab:kubernetes: { proxyMode: nftables }',
      'podlab:cni: { name: bridge, routes: host-gw }',
    );
    await cluster.apply(read('workloads.yaml'));
  });
  afterAll(() => cluster?.leave());

  test('pods with a network of their own are the veths of their nodes, one for one', async () => {
    for (const node of ['node1', 'node2']) {
      const pods = await cluster.ask('k8s.pods', { node });
      const veths = await cluster.ask('net.veths', { on: node });
      const own = pods.pods.filter((pod: { host_network: boolean; ip: string }) => !pod.host_network && pod.ip !== '');
      const names = own.map(({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`);
      expect(veths.count).toBe(pods.own_network_count);
      expect(veths.pods).toEqual(names.sort());
    }
    expect(await cluster.ask('net.veths', { on: 'node1', peer_pod: 'two' })).toMatchObject({
      count: 1,
      pods: ['default/two'],
    });
    // The same name in another namespace, a pod of the other node, and one in host mode have none here.
    for (const peer_pod of ['kube-system/two', 'dds-b', 'hostnet']) {
      expect(await cluster.ask('net.veths', { on: 'node1', peer_pod })).toMatchObject({ count: 0 });
    }
  });

  test('the two ends of a veth point at each other', async () => {
    const outer = (await cluster.ask('net.veths', { on: 'node1', peer_pod: 'two' })).pairs[0];
    const inner = (await cluster.ask('net.veths', { pod: 'two' })).pairs[0];
    expect([inner.peer, inner.peer_kind, inner.peer_ifindex]).toEqual([outer.name, 'host', outer.ifindex]);
    expect([outer.peer, outer.master]).toEqual(['eth0', 'cni0']);
  });

  test('a pod: where it is, in whose network, and why one does not run', async () => {
    const two = await cluster.ask('k8s.pod', { name: 'two' });
    expect(two).toMatchObject({
      exists: true,
      node: 'node1',
      ready: true,
      containers: ['server', 'shell'],
      reason: '',
    });
    expect(await cluster.ask('net.addr', { pod: 'two', iface: 'eth0' })).toMatchObject({ ip: two.ip, mtu: 1500 });
    expect(await cluster.ask('k8s.pod', { name: 'hostnet' })).toMatchObject({
      host_network: true,
      ip: '192.168.39.12',
    });
    expect(await cluster.ask('net.addr', { pod: 'hostnet', ip: '192.168.39.12' })).toMatchObject({ iface: 'eth1' });
    expect(await cluster.until('k8s.pod', { name: 'noimage' }, { reason: 'ErrImageNeverPull' })).toMatchObject({
      node: 'node1',
    });
    expect(await cluster.ask('k8s.pod', { name: 'nowhere' })).toMatchObject({ reason: 'Unschedulable', node: '' });
    expect(await cluster.ask('k8s.pod', { name: 'tw' })).toMatchObject({ exists: false });
    expect(await cluster.ask('net.addr', { pod: 'nowhere' })).toMatchObject({ netns_exists: false });
  });

  test('containers of a pod share what the pause process holds, and listen for each other on localhost', async () => {
    const two = await cluster.ask('cri.containers', { pod: 'two' });
    expect(two).toMatchObject({
      names: ['server', 'shell'],
      shared: ['net', 'ipc', 'uts'],
      own: ['pid', 'mnt'],
      host_network: false,
    });
    expect(await cluster.ask('net.netns', { on: 'node1', name: two.netns })).toMatchObject({
      exists: true,
      inode: two.netns_inode,
    });
    expect(await cluster.ask('net.listening', { pod: 'two' })).toMatchObject({ ports: [8080], processes: ['agnhost'] });
    expect(await cluster.ask('net.listening', { pod: 'writer' })).toMatchObject({ ports: [] });
    const host = await cluster.ask('cri.containers', { pod: 'hostnet' });
    expect(host).toMatchObject({ node: 'node2', host_network: true, netns: '' });
    expect(await cluster.ask('cri.containers', { pod: 'nowhere' })).toMatchObject({ exists: false, pause_pid: 0 });
    expect((await cluster.ask('cri.containers', { on: 'node2' })).pods).not.toContain('default/two');
  });

  test('nodes and ranges', async () => {
    expect(await cluster.ask('k8s.nodes', { name: 'node2' })).toMatchObject({
      count: 2,
      ready_count: 2,
      ip: '192.168.39.12',
    });
    const two = await cluster.ask('k8s.pod', { name: 'two' });
    expect(await cluster.ask('k8s.pod_cidr', { node: 'node2', ip: two.ip })).toMatchObject({
      subnet: '10.244.0.0/16',
      cidr: '10.244.1.0/24',
      owner: 'node1',
      pods_outside: 0,
    });
    expect(await cluster.ask('k8s.service_cidr', { ip: '10.96.0.1' })).toMatchObject({
      cidr: '10.96.0.0/12',
      allocatable: 1_048_574,
      owner: 'default/kubernetes',
      contains: true,
    });
    expect(await cluster.ask('k8s.service_cidr', { ip: '10.112.0.1' })).toMatchObject({ contains: false });
  });

  test('a Service is an element of a map that leads to its endpoints; on a node that lost it, it is not there', async () => {
    const web = await cluster.ask('k8s.service', { name: 'web' });
    expect(web).toMatchObject({ type: 'ClusterIP', ready_count: 3, port: 80 });
    const args = { service: 'web', on: 'node2' };
    const rules = await cluster.until('k8s.proxy', args, { exists: true, matches_api: true });
    expect(rules).toMatchObject({
      mode: 'nftables',
      kernel_mode: 'nftables',
      balance: 'random',
      endpoints: web.targets,
    });
    expect(await cluster.ask('k8s.proxy', { service: 'empty', on: 'node2' })).toMatchObject({
      service_exists: true,
      exists: false,
    });
    await cluster.on(
      'node2',
      `nft delete element ip kube-proxy service-ips "{ ${web.cluster_ip} . tcp . 80 : goto ${rules.chain} }"`,
    );
    expect(await cluster.ask('k8s.proxy', args)).toMatchObject({ exists: false, endpoints: [], matches_api: false });
    expect(await cluster.ask('k8s.proxy', { ...args, on: 'node1' })).toMatchObject({ exists: true, matches_api: true });
    await cluster.on(
      'node2',
      `nft add element ip kube-proxy service-ips "{ ${web.cluster_ip} . tcp . 80 : goto ${rules.chain} }"`,
    );
  });

  test('a node port leads to the same endpoints; rules grow with Services, but not the chain of dispatch', async () => {
    const web = await cluster.ask('k8s.service', { name: 'web' });
    expect(await cluster.until('k8s.proxy', { service: 'np' }, { exists: true })).toMatchObject({
      node_port: 30080,
      node_port_endpoints: web.targets,
    });
    const before = await cluster.ask('k8s.proxy');
    await cluster.on('node1', 'kubectl expose deployment web --name more --port 81 --target-port 8080 >/dev/null');
    await cluster.until('k8s.proxy', { service: 'more' }, { matches_api: true, exists: true });
    const after = await cluster.ask('k8s.proxy');
    expect(after.rule_count).toBeGreaterThan(before.rule_count);
    expect(after.element_count).toBeGreaterThan(before.element_count);
    expect(after.dispatch_rules).toBe(before.dispatch_rules);
  });

  test('HTTP from inside a pod: all three endpoints answer behind the Service, nobody behind an empty one', async () => {
    const pods = await cluster.ask('k8s.pods', { selector: 'app=web' });
    const through = await cluster.ask('http.get', { pod: 'two', url: 'http://{service/web}/hostname', count: 40 });
    expect(through).toMatchObject({ reached: true, status: 200, answers: 40, distinct: 3 });
    expect(through.bodies.map(({ body }: { body: string }) => body).sort()).toEqual(pods.names);
    const direct = await cluster.ask('http.get', { pod: 'two', url: 'http://{pod/web-*}:8080/hostname', count: 3 });
    expect(direct).toMatchObject({ distinct: 1, body: pods.names[0] });
    expect(await cluster.ask('http.get', { on: 'node2', url: 'http://{node/node1}:30080/' })).toMatchObject({
      status: 200,
    });
    expect(await cluster.ask('http.get', { pod: 'two', url: 'http://{service/empty}/' })).toMatchObject({
      reached: false,
    });
    expect(await cluster.ask('http.get', { pod: 'two', url: 'http://{pod/writer}:8080/' })).toMatchObject({
      refused: 1,
    });
    await expect(cluster.ask('http.get', { pod: 'two', url: 'http://{pod/nobody}/' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('reaching: pods by address, a Service by its port, a load balancer once it has an address', async () => {
    expect(await cluster.ask('net.reach', { pod: 'two', to: 'pod/dds-b', mtu: 1500 })).toMatchObject({ reached: true });
    expect(await cluster.ask('net.reach', { pod: 'two', to: 'service/web', port: 80 })).toMatchObject({
      reached: true,
    });
    expect(await cluster.ask('net.reach', { pod: 'two', to: 'service/web', port: 81, count: 1 })).toMatchObject({
      reached: false,
    });
    expect(await cluster.ask('k8s.service', { name: 'lb' })).toMatchObject({ pending: true, ingress_ips: [] });
    await cluster.on(
      'node1',
      `kubectl patch service lb --subresource status --patch '{"status":{"loadBalancer":{"ingress":[{"ip":"192.168.39.200"}]}}}'`,
    );
    expect(await cluster.ask('k8s.service', { name: 'lb' })).toMatchObject({
      pending: false,
      ingress_ips: ['192.168.39.200'],
    });
    expect(
      await cluster.until('net.reach', { pod: 'two', to: 'external/lb', port: 80, count: 1 }, { reached: true }),
    ).toMatchObject({
      to: '192.168.39.200',
    });
  });

  test('names as a pod sees them: completed, headless, an alias, and one that does not exist', async () => {
    const web = await cluster.ask('k8s.service', { name: 'web' });
    expect(await cluster.ask('k8s.dns', { pod: 'two', name: 'web' })).toMatchObject({
      ip: web.cluster_ip,
      fqdn: 'web.default.svc.cluster.local',
      server: '10.96.0.10',
      ndots: 5,
      authoritative: true,
    });
    const pods = await cluster.ask('k8s.pods', { selector: 'app=web' });
    expect((await cluster.ask('k8s.dns', { pod: 'two', name: 'headless' })).addresses).toEqual(pods.ips);
    expect((await cluster.ask('k8s.dns', { pod: 'two', name: 'alias' })).aliases).toEqual([
      'web.default.svc.cluster.local',
    ]);
    const none = await cluster.ask('k8s.dns', { pod: 'two', name: 'wep.default.svc.cluster.local.' });
    expect(none).toMatchObject({ found: false, rcode: 'NXDOMAIN', questions: 1 });
    expect(await cluster.ask('k8s.dns', { pod: 'hostnet', name: 'web' })).toMatchObject({ found: false });
  });

  test('host-gw: a plain route to the other node; without it nobody is reached', async () => {
    const args = { on: 'node1' };
    expect(await cluster.ask('cni.datapath', args)).toMatchObject({
      kind: 'host-gw',
      overlay: false,
      device: 'eth1',
      peers: ['node2'],
      missing: [],
      tunnel: {},
      pod_bridge: 'cni0',
      pod_mtu: 1500,
    });
    expect(await cluster.ask('bgp.sessions', args)).toMatchObject({ running: false, speaker: '', learned: [] });
    await cluster.on('node1', 'ip route del 10.244.1.0/24');
    expect(await cluster.ask('cni.datapath', args)).toMatchObject({ kind: '', peers: [], missing: ['node2'] });
    await cluster.on('node1', 'ip route add 10.244.1.0/24 via 192.168.39.12');
    expect(await cluster.ask('cni.datapath', args)).toMatchObject({ kind: 'host-gw' });
  });

  test('a claim keeps its data when the pod is gone; an emptyDir goes with it', async () => {
    const kept = { claim: 'data', file: 'log.txt' };
    expect(await cluster.ask('storage.volume', kept)).toMatchObject({
      bound: true,
      volume: 'data',
      volume_kind: 'hostPath',
      users: ['writer'],
      node: 'node1',
      file_text: 'kept',
    });
    const scratch = await cluster.ask('storage.volume', { pod: 'two', volume: 'scratch', file: 'note.txt' });
    expect(scratch).toMatchObject({ kind: 'emptyDir', file_text: 'hello' });
    await cluster.on('node1', 'kubectl delete pod writer two --wait >/dev/null');
    expect(await cluster.ask('storage.volume', kept)).toMatchObject({
      users: [],
      file_exists: true,
      file_text: 'kept',
    });
    expect(await cluster.ask('storage.volume', { pod: 'two', volume: 'scratch' })).toMatchObject({ exists: false });
    // The kubelet cleans up a moment after the pod has gone.
    const look = () => cluster.on('node1', `[ -e ${scratch.path} ] && echo there || echo gone`);
    await expect.poll(look, { timeout: 30_000 }).toBe('gone\n');
    await cluster.apply(read('workloads.yaml'));
  });

  test('images: there on one node, taken from the other; a name that only begins alike is another', async () => {
    const image = 'podlab.local/dds:1';
    await cluster.on('node2', `ctr -n k8s.io images rm ${image}`);
    expect(await cluster.ask('image.present', { on: 'node2', image })).toMatchObject({ present: false, size_bytes: 0 });
    const there = await cluster.ask('image.present', { on: 'node1', image });
    expect(there).toMatchObject({ present: true, image });
    expect(there.size_bytes).toBeGreaterThan(1_000_000);
    expect(await cluster.ask('image.present', { on: 'node1', image: 'podlab.local/dds' })).toMatchObject({
      present: false,
    });
  });

  test('start.time: a pod that runs, and one that never will', async () => {
    const two = await cluster.ask('start.time', { pod: 'two' });
    expect(two).toMatchObject({ ready: true, pulled: false, pull_s: 0 });
    expect(two.ready_s).toBeGreaterThanOrEqual(two.scheduled_s);
    expect(two.sandbox_to_container_s).toBeGreaterThan(0);
    expect(await cluster.ask('start.time', { pod: 'noimage' })).toMatchObject({
      exists: true,
      ready: false,
      ready_s: -1,
    });
  });

  test('publishers and subscribers find each other by address and by Service, but not by multicast across nodes', async () => {
    const pair = { from: 'dds-a', to: 'dds-b', seconds: 3 };
    const direct = await cluster.ask('pubsub.latency', pair);
    expect(direct).toMatchObject({ matched: true, same_node: false });
    expect(direct.p50_us).toBeGreaterThan(0);
    expect(direct.p99_us).toBeGreaterThanOrEqual(direct.p50_us);
    expect(await cluster.ask('pubsub.latency', { ...pair, service: 'dds' })).toMatchObject({ matched: true });
    expect(await cluster.ask('pubsub.latency', { ...pair, discovery: 'multicast' })).toMatchObject({
      matched: false,
      count: 0,
    });
  });

  test('round trips on two ways: by address and by Service; a Service that leads nowhere is no way', async () => {
    const a = { from: 'dds-a', to: 'dds-b', service: 'dds' };
    const b = { from: 'dds-a', to: 'dds-b' };
    const seen = await cluster.ask('pubsub.latency_pair', { a, b, rounds: 3 });
    expect(seen.pairs).toHaveLength(3);
    expect(seen.ratio_low).toBeLessThanOrEqual(seen.ratio);
    expect(Math.min(...seen.pairs.flatMap((pair: { a: number; b: number }) => [pair.a, pair.b]))).toBeGreaterThan(0);
    const nowhere = { ...a, service: 'empty' };
    await expect(cluster.ask('pubsub.latency_pair', { a: nowhere, b, rounds: 3 })).rejects.toMatchObject({
      code: 'PROBE_FAILED',
    });
  });

  test('requests per second from a pod: by pod address and by ClusterIP', async () => {
    const way = (host: string) => ({ pod: 'writer', url: `http://{${host}}/hostname` });
    const seen = await cluster.ask('http.rps_pair', {
      a: way('service/web'),
      b: way('service/np'),
      rounds: 3,
      seconds: 1,
    });
    expect(seen.errors).toBe(0);
    expect(seen.a_median).toBeGreaterThan(100);
    await expect(
      cluster.ask('http.rps_pair', { a: way('service/web'), b: way('service/empty'), rounds: 3, seconds: 1 }),
    ).rejects.toMatchObject({ code: 'PROBE_FAILED' });
  });

  test('metrics: the kubelet knows its own pods; the metrics API is there when metrics-server is', async () => {
    expect(await cluster.ask('metrics.api')).toMatchObject({
      registered: false,
      available: false,
      reason: 'NotRegistered',
    });
    const pod = { pod: 'two' };
    const kubelet = await cluster.until('metrics.kubelet', pod, { known: true });
    expect(kubelet).toMatchObject({ node: 'node1', answers: ['resource', 'summary', 'cadvisor'], refusals: [] });
    expect(kubelet.memory_bytes).toBeGreaterThan(1_000_000);
    expect(await cluster.ask('metrics.kubelet', { ...pod, node: 'node2' })).toMatchObject({ known: false });
    await cluster.apply(read('metrics-server.yaml'));
    const api = await cluster.until('metrics.api', pod, { known: true, reason: '' });
    expect(api.node_names).toEqual(['node1', 'node2']);
    expect(api.memory_difference_percent).toBeLessThan(20);
    await cluster.on('node1', 'kubectl -n kube-system scale deployment metrics-server --replicas 0 >/dev/null');
    expect(await cluster.until('metrics.api', {}, { available: false })).toMatchObject({ registered: true, nodes: [] });
  });

  test('any other object of the API, by its path', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    expect((await cluster.ask('k8s.get', { path: `${path}/web` })).object.spec.replicas).toBe(3);
    expect(await cluster.ask('k8s.get', { path: `${path}/wep` })).toMatchObject({ exists: false });
    expect(await cluster.ask('k8s.get', { path })).toMatchObject({ exists: true, count: 1 });
  });
});
