import { expect, test } from 'vitest';
import { typedApi } from '../../../src/cluster/api/typed-api.ts';
import { LabError } from '../../../src/error.ts';
import { k8sApiServer } from '../../../src/probe/k8s-api-server.ts';
import { fakeApi } from '../../support/fake-api.ts';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { contextOf, observe, twoNodes } from '../../support/probing.ts';

// Made with openssl req -x509 -addext subjectAltName=DNS:kubernetes,DNS:node1,IP:10.96.0.1,IP:192.168.39.11
const certificate = `-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUEc0F7x7+xtiZVJl6JumDcrilpnYwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOa3ViZS1hcGlzZXJ2ZXIwIBcNMjYxMTIxMDgzNzAxWhgPMjEy
NjEwMjgwODM3MDFaMBkxFzAVBgNVBAMMDmt1YmUtYXBpc2VydmVyMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEQtX2p/AZDeah9oC+oaqjm7MaJ3pbeTN+ajVCEHZU
7hlo64HdMV5KYKuVmbn1v0VymiAllnsSaC74YpbpPVDGYKN9MHswHQYDVR0OBBYE
FPYAoTDmo7Mx7eIHuViBLKMnMKw5MB8GA1UdIwQYMBaAFPYAoTDmo7Mx7eIHuViB
LKMnMKw5MA8GA1UdEwEB/wQFMAMBAf8wKAYDVR0RBCEwH4IKa3ViZXJuZXRlc4IF
bm9kZTGHBApgAAGHBMCoJwswCgYIKoZIzj0EAwIDSAAwRQIhAJn7fp4QHe4E6E4C
4EN4Nt0XbGmhqmdIS6qlK6yxp8zhAiBmCCjZEGfwMlyvTqqWLp9EZeQwOLHD8YqP
DxUVwlRfOA==
-----END CERTIFICATE-----`;

const port = (6443).toString(16).toUpperCase().padStart(4, '0');
const socket = (address: string) =>
  `   0: ${address}:${port} ${'0'.repeat(address.length)}:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4242 1 x\n`;
const row = '^ *[0-9]+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} 0A ';

const node = (sockets: string, tls = certificate) =>
  fakeExecutor('node1', {
    [`grep -shE ${row} /proc/net/tcp /proc/net/tcp6`]: sockets,
    'ip -j -d -4 route': JSON.stringify([{ dst: 'default', gateway: '192.168.122.1', dev: 'eth0' }]),
    'ip -j -4 addr': JSON.stringify([
      { ifname: 'eth0', addr_info: [{ family: 'inet', local: '192.168.122.11', prefixlen: 24 }] },
      { ifname: 'eth1', addr_info: [{ family: 'inet', local: '192.168.39.11', prefixlen: 24 }] },
    ]),
    'timeout 5 openssl s_client -connect 192.168.39.11:6443': `CONNECTED(00000003)\n---\n${tls}\nsubject=\n`,
  });

const service = '/api/v1/namespaces/default/services?fieldSelector=metadata.name=kubernetes';
const slices =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=kubernetes';
const api = fakeApi({
  [service]: { items: [{ metadata: { name: 'kubernetes' }, spec: { clusterIP: '10.96.0.1' } }] },
  [slices]: {
    items: [
      {
        addressType: 'IPv4',
        ports: [{ port: 6443, protocol: 'TCP', name: 'https' }],
        endpoints: [{ addresses: ['192.168.39.11'] }],
      },
    ],
  },
});
const everyAddress = socket('00000000000000000000000000000000');
const ask = (executor: ReturnType<typeof node>, args = {}, cluster = api) =>
  observe('k8s.api_server', args, executor, { ...twoNodes, engine: 'kubernetes' }, cluster);

test('the API server advertises one address and listens on all', async () => {
  expect(await ask(node(everyAddress), { name: 'node1' })).toMatchObject({
    answers: true,
    advertised: '192.168.39.11',
    port: 6443,
    network: 'isolated',
    mode: 'isolated',
    node: 'node1',
    default_address: '192.168.122.11',
    listens_on: ['::'],
    listens: 'every address',
    san_ips: ['10.96.0.1', '192.168.39.11'],
    san_names: ['kubernetes', 'node1'],
    valid_for: true,
  });
});

test.each([
  ['one address', socket('0B27A8C0')],
  ['loopback', socket('0100007F')],
  ['nowhere', ''],
])('a server that listens on %s', async (word, sockets) => {
  expect(await ask(node(sockets))).toMatchObject({ listens: word });
});

test.each([
  ['192.168.39.11', true],
  ['192.168.122.11', false],
  ['node2', false],
  ['kubernetes', true],
])('the certificate and the name %s', async (name, isGood) => {
  expect(await ask(node(everyAddress), { name })).toMatchObject({ valid_for: isGood });
});

test('nobody who speaks TLS has no certificate', async () => {
  expect(await ask(node(everyAddress, ''), { name: 'node1' })).toMatchObject({ san_ips: [], valid_for: false });
});

test('an emulated server has longer to show its certificate', async () => {
  const slow = fakeExecutor('node1', {
    [`grep -shE ${row} /proc/net/tcp /proc/net/tcp6`]: everyAddress,
    'ip -j -d -4 route': '[]',
    'ip -j -4 addr': '[]',
    'timeout 40 openssl s_client -connect 192.168.39.11:6443': certificate,
  });
  const context = { ...contextOf(slow, { ...twoNodes, engine: 'kubernetes' }, api), patience: 8 };
  expect(await k8sApiServer.observe(context, {})).toMatchObject({
    subject: 'kube-apiserver',
    listens: 'every address',
  });
});

test('a server that can not be asked is looked for where the stack has it, and the reason is told', async () => {
  const spoilt = typedApi(async () => {
    throw new LabError('PROBE_FAILED', 'its certificate is not for 192.168.39.11');
  });
  const kubernetes = { ...twoNodes.kubernetes, advertiseAddress: '192.168.39.11', apiPort: 6443 };
  const topology = { ...twoNodes, engine: 'kubernetes', kubernetes } as const;
  const seen = await observe('k8s.api_server', { name: 'node1' }, node(everyAddress), topology, spoilt);
  expect(seen).toMatchObject({ answers: false, advertised: '192.168.39.11', valid_for: true });
  expect(seen.reason).toContain('its certificate is not for 192.168.39.11');
});
