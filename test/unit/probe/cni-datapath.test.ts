import { expect, test } from 'vitest';
import { criText } from '../../support/cri-text.ts';
import { fakeApi } from '../../support/fake-api.ts';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const nodes = (...blocks: readonly string[]) => ({
  items: blocks.map((podCIDR, n) => ({
    metadata: { name: `node${n + 1}` },
    spec: podCIDR === '' ? {} : { podCIDR },
    status: { addresses: [{ type: 'InternalIP', address: `192.168.39.1${n + 1}` }] },
  })),
});

let index = 0;
const link = (ifname: string, kind = '', more: object = {}) => {
  index += 1;
  return {
    ifindex: index,
    ifname,
    flags: ['UP'],
    mtu: 1500,
    operstate: 'UP',
    ...(kind === '' ? {} : { linkinfo: { info_kind: kind, info_data: {} } }),
    ...more,
  };
};

interface World {
  readonly links?: readonly object[];
  readonly routes?: readonly object[];
  readonly fdb?: readonly object[];
  readonly pod?: readonly object[];
  readonly blocks?: readonly string[];
}

/** Node1 of two, with one pod when `pod` has the links in it. */
function ask({ links = [], routes = [], fdb = [], pod, blocks = ['10.244.0.0/24', '10.244.1.0/24'] }: World) {
  const device = links.find((one) => 'tunnel' in one) as { ifname: string } | undefined;
  const sandbox = {
    id: 's',
    kind: 'sandbox',
    pod: 'default/a',
    pid: 1,
    netns: 'cni-a',
    inodes: [2, 2, 2, 2, 2],
  } as const;
  const known = fakeExecutor('node1', {
    'ip -j -d link': JSON.stringify([link('eth0'), link('eth1'), ...links]),
    'ip -j -d -4 route': JSON.stringify([
      { dst: '192.168.39.0/24', dev: 'eth1', protocol: 'kernel', scope: 'link' },
      { dst: 'default', gateway: '192.168.122.1', dev: 'eth0', protocol: 'boot' },
      ...routes,
    ]),
    [`bridge -j fdb show dev ${device?.ifname}`]: JSON.stringify(fdb),
    'ip -n cni-a -j -d link': JSON.stringify(pod ?? []),
  });
  const run: typeof known.run = async (argv, options) => {
    if (argv[0] !== 'sh') return known.run(argv, options);
    const stdout = pod === undefined ? '' : criText([sandbox]);
    return { argv, exitCode: 0, stdout, stderr: '', timedOut: false, truncated: false, durationMs: 1 };
  };
  return observe('cni.datapath', {}, { name: 'node1', run }, twoNodes, fakeApi({ '/api/v1/nodes': nodes(...blocks) }));
}

const tunnel = (ifname: string, kind: string, info_data: object = {}) => ({
  ...link(ifname, kind, { mtu: 1450 }),
  linkinfo: { info_kind: kind, info_data },
  tunnel: true,
});

test('flannel vxlan: an onlink route by its device, whose table knows the other end', async () => {
  const seen = await ask({
    links: [tunnel('flannel.1', 'vxlan', { id: 1, local: '192.168.39.11', port: 8472, learning: false })],
    routes: [{ dst: '10.244.1.0/24', gateway: '10.244.1.0', dev: 'flannel.1', protocol: 'boot', flags: ['onlink'] }],
    fdb: [
      { mac: 'fe:00:00:00:00:02', dst: '192.168.39.12', state: 'permanent' },
      { mac: '33:33:00:00:00:01', state: 'permanent' },
    ],
  });
  expect(seen).toMatchObject({
    kind: 'vxlan',
    overlay: true,
    device: 'flannel.1',
    mtu: 1450,
    tunnel: {
      name: 'flannel.1',
      kind: 'vxlan',
      id: 1,
      local: '192.168.39.11',
      dstport: 8472,
      learning: false,
      mtu: 1450,
    },
    fdb: [{ mac: 'fe:00:00:00:00:02', dst: '192.168.39.12', node: 'node2' }],
    peers: ['node2'],
    missing: [],
  });
});

test('kube-router: routes of a BGP speaker, whatever number it uses', async () => {
  for (const protocol of ['17', 'bird', 'bgp']) {
    const routes = [{ dst: '10.244.1.0/24', gateway: '192.168.39.12', dev: 'eth1', protocol }];
    expect(await ask({ routes })).toMatchObject({ kind: 'bgp', overlay: false, device: 'eth1' });
  }
});

test('the same route made by hand is host-gw', async () => {
  const routes = [{ dst: '10.244.1.0/24', gateway: '192.168.39.12', dev: 'eth1', protocol: 'static' }];
  expect(await ask({ routes })).toMatchObject({ kind: 'host-gw', routes: [{ node: 'node2', proto: 'static' }] });
});

test('Calico with blocks of its own: a route belongs to the node that is its gateway; pods have a route each', async () => {
  const routes = [
    { dst: '10.42.9.64/26', gateway: '192.168.39.12', dev: 'eth1', protocol: 'bird' },
    { type: 'blackhole', dst: '10.42.3.0/26', protocol: 'bird' },
    { dst: '10.42.3.1', dev: 'cali1', protocol: 'boot', scope: 'link' },
    { dst: '10.42.3.2', dev: 'cali2', protocol: 'boot', scope: 'link' },
  ];
  const cali = link('cali1', 'veth', { link_index: 90 });
  const pod = [link('eth0', 'veth', { link_index: cali.ifindex, mtu: 1480 })];
  const links = [cali, link('cali2', 'veth')];
  expect(await ask({ links, routes, pod, blocks: ['', ''] })).toMatchObject({
    kind: 'bgp',
    peers: ['node2'],
    pod_bridge: '',
    pod_routes: 2,
    pod_mtu: 1480,
  });
});

test('Calico by IPIP: the device says it, although BGP made the route', async () => {
  const routes = [
    { dst: '10.42.9.64/26', gateway: '192.168.39.12', dev: 'tunl0', protocol: 'bird', flags: ['onlink'] },
  ];
  expect(await ask({ links: [tunnel('tunl0', 'ipip')], routes, blocks: ['', ''] })).toMatchObject({
    kind: 'ipip',
    overlay: true,
    tunnel: { name: 'tunl0', kind: 'ipip', id: 0, dstport: 0 },
    fdb: [],
  });
});

test('Weave: one network of all nodes; the fast datapath has a VXLAN port', async () => {
  const routes = [{ dst: '10.32.0.0/12', dev: 'weave', protocol: 'kernel', scope: 'link' }];
  expect(await ask({ links: [link('weave', 'bridge'), link('vxlan-6784', 'vxlan')], routes })).toMatchObject({
    kind: 'fastdp',
    overlay: true,
    device: 'weave',
    peers: ['node2'],
  });
  expect(await ask({ links: [link('weave', 'bridge')], routes })).toMatchObject({ kind: 'sleeve' });
});

test('different ways to different nodes are mixed; a node without one is missing', async () => {
  const blocks = ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24'];
  const routes = [
    { dst: '10.244.1.0/24', gateway: '192.168.39.12', dev: 'eth1', protocol: 'boot' },
    { dst: '10.244.2.0/24', gateway: '10.244.2.0', dev: 'flannel.1', protocol: 'boot' },
  ];
  expect(await ask({ links: [tunnel('flannel.1', 'vxlan')], routes, blocks })).toMatchObject({
    kind: 'mixed',
    overlay: true,
    peers: ['node2', 'node3'],
    missing: ['node4'],
  });
});

test('no routes at all: a default route is none to a node, nor is a blackhole', async () => {
  const routes = [{ type: 'unreachable', dst: '10.244.1.0/24', protocol: 'static' }];
  expect(await ask({ routes })).toMatchObject({ kind: '', overlay: false, peers: [], missing: ['node2'], tunnel: {} });
});
