import { expect, test } from 'vitest';
import { parseIpvs } from '../../../src/probe/ipvs-table.ts';
import { countIptables } from '../../../src/probe/service-rules.ts';
import { fakeApi } from '../../support/fake-api.ts';
import { type CannedAnswer, fakeExecutor } from '../../support/fake-executor.ts';
import { fixture } from '../../support/fixture.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const nft = fixture(import.meta.url, 'nft-kube-proxy-1.36.json');
const noNft = '{"nftables": [{"metainfo": {"json_schema_version": 1}}]}';

const save = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-KUBELET-CANARY - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SEP-AAAA - [0:0]
:KUBE-SEP-BBBB - [0:0]
:KUBE-SVC-WEB - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.103.107.249/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB
-A KUBE-SERVICES -m comment --comment "nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-SVC-WEB
-A KUBE-SVC-WEB -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-AAAA
-A KUBE-SVC-WEB -j KUBE-SEP-BBBB
-A KUBE-SEP-AAAA -p tcp -m tcp -j DNAT --to-destination 10.244.0.5:8080
-A KUBE-SEP-BBBB -p tcp -m tcp -j DNAT --to-destination 10.244.1.3:8080
COMMIT
`;

const ipvs = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A676BF9:0050 rr
  -> 0AF40103:1F90      Masq    1      0          0
  -> 0AF40005:1F90      Masq    1      0          0
UDP  0A60000A:0035 rr
`;

const proxyMode = (mode: string): CannedAnswer =>
  mode === '' ? { exitCode: 1 } : { stdout: `HTTP/1.0 200 OK\r\nContent-Length: ${mode.length}\r\n\r\n${mode}` };

interface World {
  readonly mode?: string;
  readonly nft?: string;
  readonly iptables?: string;
  readonly ipvs?: string;
}

function nodeWith(world: World) {
  const answers: Record<string, string | CannedAnswer> = {
    'nft -j list ruleset': world.nft ?? noNft,
    'iptables-nft-save': world.iptables ?? '',
    'iptables-legacy-save': { exitCode: 127 },
    'cat /proc/net/ip_vs': world.ipvs === undefined ? { exitCode: 1 } : world.ipvs,
  };
  const fake = fakeExecutor('node1', answers);
  const run: typeof fake.run = (argv, options) =>
    argv[0] === 'timeout'
      ? fakeExecutor('node1', { [argv.join(' ')]: proxyMode(world.mode ?? '') }).run(argv, options)
      : fake.run(argv, options);
  return { name: 'node1', run };
}

const service = (type: string, clusterIP: string, nodePort?: number) => ({
  items: [{ metadata: { name: 'web' }, spec: { type, clusterIP, ports: [{ port: 80, protocol: 'TCP', nodePort }] } }],
});
const slice = (ips: readonly string[]) => ({
  items: [
    {
      addressType: 'IPv4',
      ports: [{ port: 8080, protocol: 'TCP', name: '' }],
      endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
    },
  ],
});
const api = (endpoints: readonly string[], nodePort?: number) =>
  fakeApi({
    '/api/v1/namespaces/default/services?fieldSelector=metadata.name=web': service(
      'ClusterIP',
      '10.103.107.249',
      nodePort,
    ),
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=web':
      slice(endpoints),
    '/api/v1/namespaces/default/services?fieldSelector=metadata.name=nosuch': { items: [] },
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=nosuch': {
      items: [],
    },
  });
const three = ['10.244.0.5', '10.244.1.3', '10.244.1.4'];
const ask = (world: World, cluster = api(three), args = {}) =>
  observe('k8s.proxy', { service: 'web', ...args }, nodeWith(world), twoNodes, cluster);

test('nftables, as kube-proxy 1.36 writes them: a Service is an element of a map that leads to its chain', async () => {
  expect(await ask({ mode: 'nftables', nft })).toMatchObject({
    mode: 'nftables',
    kernel_mode: 'nftables',
    kernel_modes: ['nftables'],
    chain: expect.stringMatching(/^service-[A-Z0-9]{8}-default\/web\/tcp\/$/),
    endpoint_chains: [],
    service_rules: 1,
    endpoints: three.map((ip) => `${ip}:8080`),
    balance: 'random',
    dispatch_rules: 3,
    node_port_ips: ['192.168.39.11'],
    hooks: ['output', 'prerouting'],
    matches_api: true,
  });
});

test('rules that are behind the API do not match it', async () => {
  const seen = await ask({ mode: 'nftables', nft }, api(three.slice(1)));
  expect([seen.exists, seen.matches_api]).toEqual([true, false]);
});

test('iptables: the chain of the Service, the chains of its endpoints, and the node port that leads there too', async () => {
  expect(await ask({ mode: 'iptables', iptables: save }, api(three.slice(0, 2), 30080))).toMatchObject({
    mode: 'iptables',
    kernel_mode: 'iptables',
    rule_count: 7,
    dispatch_rules: 2,
    chain_count: 5,
    element_count: 0,
    node_port_ips: ['192.168.122.11', '192.168.39.11'],
    virtual_ips: 1,
    chain: 'KUBE-SVC-WEB',
    endpoint_chains: ['KUBE-SEP-AAAA', 'KUBE-SEP-BBBB'],
    service_rules: 5,
    endpoints: ['10.244.0.5:8080', '10.244.1.3:8080'],
    path: ['PREROUTING', 'KUBE-SERVICES', 'KUBE-SVC-WEB', 'KUBE-SEP-AAAA'],
    node_port: 30080,
    node_port_endpoints: ['10.244.0.5:8080', '10.244.1.3:8080'],
    matches_api: true,
  });
});

test('IPVS: no chains, but a virtual server', async () => {
  expect(await ask({ mode: 'ipvs', ipvs }, api(['10.244.0.5', '10.244.1.3']))).toMatchObject({
    kernel_mode: 'ipvs',
    rule_count: 2,
    virtual_ips: 2,
    chain: '',
    endpoints: ['10.244.0.5:8080', '10.244.1.3:8080'],
    balance: 'rr',
    matches_api: true,
  });
});

test('what kube-proxy says and what the kernel has may differ, and two mechanisms may be there', async () => {
  const seen = await ask({ mode: 'iptables', nft, iptables: save });
  expect([seen.mode, seen.kernel_modes]).toEqual(['iptables', ['nftables', 'iptables']]);
});

test('a node without kube-proxy, and a port that the Service does not have', async () => {
  expect(await ask({})).toMatchObject({ mode: '', kernel_mode: '', rule_count: 0, exists: false, matches_api: false });
  expect(await ask({ mode: 'nftables', nft }, api(three), { port: 81 })).toMatchObject({
    service_exists: true,
    port: 81,
    exists: false,
    endpoints: [],
  });
});

test('a Service that does not exist, or none asked for', async () => {
  expect(await ask({ mode: 'nftables', nft }, api(three), { service: 'nosuch' })).toMatchObject({
    service_exists: false,
    exists: false,
    matches_api: false,
    kernel_mode: 'nftables',
  });
});

test("the kubelet's own chains are none of kube-proxy's", () => {
  expect(countIptables(':KUBE-KUBELET-CANARY - [0:0]\n:KUBE-FIREWALL - [0:0]\n-A KUBE-FIREWALL -j DROP\n')).toEqual({
    rules: 0,
    chains: 0,
    elements: 0,
    dispatch: 0,
  });
});

test('virtual servers without a real one stay in the table', () => {
  expect(parseIpvs(ipvs).map(({ ip, port, targets }) => [ip, port, targets.length])).toEqual([
    ['10.103.107.249', 80, 2],
    ['10.96.0.10', 53, 0],
  ]);
});
