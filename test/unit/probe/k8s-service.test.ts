import { expect, test } from 'vitest';
import { ask, flags } from './asked-cluster.ts';

const service = (namespace: string, name: string, clusterIP: string) => ({
  metadata: { namespace, name },
  spec: { clusterIP, clusterIPs: [clusterIP] },
});
const services = {
  items: [
    service('default', 'kubernetes', '10.96.0.1'),
    service('kube-system', 'kube-dns', '10.96.0.10'),
    service('default', 'headless', 'None'),
  ],
};
const cidrs = '/apis/networking.k8s.io/v1/servicecidrs';

test('k8s.service_cidr: neither the first nor the last address can be given away', async () => {
  const answers = {
    [cidrs]: { items: [{ spec: { cidrs: ['fd00::/112', '10.96.0.0/12'] } }] },
    '/api/v1/services': services,
  };
  const seen = await ask('k8s.service_cidr', { ip: '10.111.255.255' }, answers);
  expect(seen).toMatchObject({
    cidr: '10.96.0.0/12',
    cidrs: ['10.96.0.0/12'],
    source: 'ServiceCIDR',
    first: '10.96.0.1',
    last: '10.111.255.254',
    size: 1_048_576,
    allocatable: 1_048_574,
    in_use: 2,
    free: 1_048_572,
    kubernetes_ip: '10.96.0.1',
    dns_ip: '10.96.0.10',
    contains: true,
    allocatable_ip: false,
    owner: '',
  });
  expect(await ask('k8s.service_cidr', { ip: '10.96.0.10' }, answers)).toMatchObject({
    allocatable_ip: true,
    owner: 'kube-system/kube-dns',
  });
  expect(await ask('k8s.service_cidr', { ip: '10.112.0.0' }, answers)).toMatchObject({ contains: false });
});

test('k8s.service_cidr: an API server without such objects has a flag', async () => {
  const apiServer = '/api/v1/namespaces/kube-system/pods?labelSelector=component=kube-apiserver';
  const answers = {
    [apiServer]: flags('kube-apiserver', '--service-cluster-ip-range=10.50.0.0/24'),
    '/api/v1/services': services,
  };
  expect(await ask('k8s.service_cidr', {}, answers)).toMatchObject({
    cidr: '10.50.0.0/24',
    source: 'flag',
    allocatable: 254,
    in_use: 0,
  });
  await expect(
    ask('k8s.service_cidr', {}, { [apiServer]: { items: [] }, '/api/v1/services': services }),
  ).rejects.toThrow('tells no IPv4 range');
});

const web = '/api/v1/namespaces/default/services?fieldSelector=metadata.name=web';
const slices =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=web';

test('k8s.service: endpoints that are not ready get no traffic; absent conditions mean ready', async () => {
  const ports = [{ name: 'http', port: 8080, protocol: 'TCP' }];
  const to = (name: string, ip: string, conditions: object | undefined) => ({
    addresses: [ip],
    nodeName: 'node1',
    targetRef: { kind: 'Pod', name },
    conditions,
  });
  const seen = await ask(
    'k8s.service',
    { name: 'web' },
    {
      [web]: {
        items: [
          {
            metadata: { name: 'web' },
            spec: {
              type: 'LoadBalancer',
              clusterIP: '10.96.1.1',
              ports: [{ name: 'http', port: 80, targetPort: 'web', nodePort: 30080 }],
            },
            status: { loadBalancer: { ingress: [{ ip: '192.168.39.200' }, { hostname: 'lb.example' }] } },
          },
        ],
      },
      [slices]: {
        items: [
          {
            addressType: 'IPv4',
            ports,
            endpoints: [to('b', '10.244.0.10', undefined), to('a', '10.244.0.9', { ready: true })],
          },
          { addressType: 'IPv4', ports, endpoints: [to('c', '10.244.1.1', { ready: false })] },
          { addressType: 'IPv6', ports, endpoints: [to('a', 'fd00::9', { ready: true })] },
        ],
      },
    },
  );
  expect(seen).toMatchObject({
    exists: true,
    type: 'LoadBalancer',
    port: 80,
    node_port: 30080,
    ports: [{ name: 'http', protocol: 'TCP', port: 80, target_port: 'web', node_port: 30080 }],
    targets: ['10.244.0.9:8080', '10.244.0.10:8080'],
    ready_count: 2,
    not_ready_count: 1,
    slices: 3,
    ingress_ips: ['192.168.39.200'],
    pending: false,
  });
});

test('k8s.service: headless, pending and absent ones', async () => {
  const of = (spec: object) => ({ [web]: { items: [{ metadata: { name: 'web' }, spec }] }, [slices]: { items: [] } });
  expect(await ask('k8s.service', { name: 'web' }, of({ type: 'ClusterIP', clusterIP: 'None' }))).toMatchObject({
    headless: true,
    cluster_ip: '',
  });
  expect(await ask('k8s.service', { name: 'web' }, of({ type: 'LoadBalancer', clusterIP: '10.96.1.1' }))).toMatchObject(
    {
      pending: true,
      ingress_ips: [],
    },
  );
  expect(await ask('k8s.service', { name: 'web' }, { [web]: { items: [] }, [slices]: { items: [] } })).toMatchObject({
    exists: false,
    pending: false,
    headless: false,
  });
});
