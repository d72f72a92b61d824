import { expect, test } from 'vitest';
import { bgpPeers } from '../../../src/probe/bgp-sessions.ts';
import { parseBirdProtocols, parseRouterId } from '../../../src/probe/bird-report.ts';
import { parseDdsperf } from '../../../src/probe/ddsperf-report.ts';
import { decodeAnswer, encodeQuery } from '../../../src/probe/dns-message.ts';
import { parseAnswer } from '../../../src/probe/http-fetch.ts';
import { parseImages } from '../../../src/probe/image-present.ts';
import { candidates, parseResolvConf } from '../../../src/probe/k8s-dns.ts';
import { parsePull } from '../../../src/probe/pull-event.ts';
import { fixture } from '../../support/fixture.ts';

const read = (name: string) => fixture(import.meta.url, name);

test('birdc: a session that is up, among protocols of other kinds', () => {
  expect(parseBirdProtocols(read('birdc-2.0.12-protocols.txt'))).toEqual([
    {
      name: 'node2',
      neighbor: '192.168.39.12',
      neighborAs: 64512,
      localAs: 64512,
      state: 'Established',
      since: '08:02:23.775',
      imported: 1,
      exported: 1,
      error: '',
    },
  ]);
});

test('birdc: a session that is not up knows no routes, but why', () => {
  const text = `node2      BGP        ---        start  08:15:01.001  Connect       Socket: Connection refused
  BGP state:          Connect
    Neighbor address: 192.168.39.12
    Neighbor AS:      64513
    Local AS:         64512
    Last error:       Socket: Connection refused
  Channel ipv4
    State:          DOWN
`;
  expect(parseBirdProtocols(text)).toMatchObject([
    { neighborAs: 64513, localAs: 64512, state: 'Connect', imported: 0, error: 'Socket: Connection refused' },
  ]);
  expect(parseBirdProtocols('BIRD 2.0.12 ready.\n')).toEqual([]);
  expect(parseRouterId('BIRD 2.0.12\nRouter ID is 192.168.39.11\nHostname is node1\n')).toBe('192.168.39.11');
});

test('connections of port 179, whoever opened them; only established ones', () => {
  const row = (local: string, remote: string, state: string) =>
    `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1\n`;
  const table = [
    row('0B27A8C0:00B3', '0C27A8C0:C350', '01'),
    row('0B27A8C0:C351', '0D27A8C0:00B3', '01'),
    row('0B27A8C0:C352', '0E27A8C0:00B3', '06'),
    row('0B27A8C0:1F90', '0F27A8C0:C353', '01'),
    row('00000000:00B3', '00000000:0000', '0A'),
    row('0000000000000000FFFF00000B27A8C0:00B3', '0000000000000000FFFF00001027A8C0:C354', '01'),
    row('000080FE000000000000000000000001:00B3', '000080FE000000000000000000000002:C355', '01'),
  ].join('');
  expect(bgpPeers(table)).toEqual(['192.168.39.12', '192.168.39.13', '192.168.39.16']);
});

test('ddsperf prints half of each round trip', () => {
  const text = `[1] participant a:1: new (self)
[1] 1.000  b:2 size 64 mean 20.000us min 8.000us 50% 18.000us 90% 30.000us 99% 50.000us max 900.000us cnt 100
[1] 2.000  b:2 size 64 mean 40.000us min 7.000us 50% 20.000us 90% 40.000us 99% 70.000us max 2000.500us cnt 300
`;
  expect(parseDdsperf(text)).toEqual({
    count: 400,
    mean: 70,
    min: 14,
    p50: 38,
    p90: 70,
    p99: 120,
    max: 4001,
  });
  expect(parseDdsperf('[1] error: too few matching participants (0)\n')).toBeUndefined();
});

// The answer of CoreDNS 1.14 to a question for alias.default.svc.cluster.local, an ExternalName.
const answered =
  `0 1 133 0 0 1 0 2 0 0 0 0 5 97 108 105 97 115 7 100 101 102 97 117 108 116 3 115 118 99 7 99 108 117 115 116 101 114 5
108 111 99 97 108 0 0 1 0 1 5 97 108 105 97 115 7 100 101 102 97 117 108 116 3 115 118 99 7 99 108 117 115 116 101 114 5 108 111 99
97 108 0 0 5 0 1 0 0 0 30 0 31 3 119 101 98 7 100 101 102 97 117 108 116 3 115 118 99 7 99 108 117 115 116 101 114 5 108 111 99 97
108 0 3 119 101 98 7 100 101 102 97 117 108 116 3 115 118 99 7 99 108 117 115 116 101 114 5 108 111 99 97 108 0 0 1 0 1 0 0 0 30 0 4
10 103 107 249`
    .split(/\s+/)
    .map(Number);

test('DNS: an alias and the address behind it', () => {
  expect(decodeAnswer(answered, 1)).toEqual({
    rcode: 'NOERROR',
    addresses: ['10.103.107.249'],
    aliases: ['web.default.svc.cluster.local'],
    ttl: 30,
    authoritative: true,
  });
  expect(encodeQuery(1, 'alias.default.svc.cluster.local').slice(12)).toEqual(answered.slice(12, 49));
});

test('DNS: names that point at earlier ones, errors, and what is no answer to this question', () => {
  const pointing = [
    0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 10, 0, 0, 1,
  ];
  expect(decodeAnswer(pointing, 7)).toMatchObject({ addresses: ['10.0.0.1'], ttl: 256, authoritative: false });
  expect(decodeAnswer([0, 7, 0x85, 0x03, 0, 0, 0, 0, 0, 0, 0, 0], 7)).toMatchObject({ rcode: 'NXDOMAIN', ttl: 0 });
  expect(decodeAnswer(pointing, 8)).toBeUndefined();
  expect(decodeAnswer([], 7)).toBeUndefined();
  expect(decodeAnswer(encodeQuery(7, 'a'), 7)).toBeUndefined();
  // A name that points at itself ends.
  expect(decodeAnswer([0, 7, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12], 7)?.addresses).toEqual([]);
});

test('resolv.conf: the search list completes names with few dots first, and others last', () => {
  const text = 'search default.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n';
  const conf = parseResolvConf(text);
  expect(conf).toEqual({
    servers: ['10.96.0.10'],
    search: ['default.svc.cluster.local', 'svc.cluster.local'],
    ndots: 5,
  });
  expect(candidates('web', conf)).toEqual(['web.default.svc.cluster.local', 'web.svc.cluster.local', 'web']);
  expect(candidates('web.', conf)).toEqual(['web']);
  expect(candidates('a.b', { ...conf, ndots: 1 })[0]).toBe('a.b');
  expect(parseResolvConf('').ndots).toBe(1);
});

test('ctr: references with digests; what only repeats an image is left out', () => {
  const images = parseImages(read('ctr-1.6-images.txt'));
  expect(images).toHaveLength(11);
  expect(images[0]).toEqual({
    name: 'podlab.local/agnhost:2.63.0',
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect(parseImages('REF TYPE DIGEST SIZE PLATFORMS LABELS\n')).toEqual([]);
});

test('HTTP: status, headers and a body that has empty lines of its own', () => {
  expect(parseAnswer('HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\n\r\nno\r\n\r\nnever')).toEqual({
    status: 404,
    headers: { 'content-type': 'text/plain' },
    body: 'no\r\n\r\nnever',
  });
  expect(parseAnswer('HTTP/1.1 200 OK\r\n\nasked from 10.0.0.9\n')).toEqual({
    status: 200,
    headers: {},
    body: 'asked from 10.0.0.9\n',
  });
  expect(parseAnswer('SSH-2.0-OpenSSH\r\n')).toMatchObject({ status: 0, body: 'SSH-2.0-OpenSSH\r\n' });
});

test.each([
  ['Successfully pulled image "a/b:1" in 812.5ms (812ms including waiting). Image size: 12 bytes.', true, 0.8125, 12],
  ['Successfully pulled image "a/b:1" in 1m2s', true, 62, 0],
  ['Container image "a/b:1" already present on machine and can be accessed by the pod', false, 0, 0],
])('%s', (message, pulled, seconds, bytes) => {
  expect(parsePull('Pulled', message)).toEqual({ image: 'a/b:1', pulled, seconds, bytes });
  expect(parsePull('Pulling', message)).toBeUndefined();
});
