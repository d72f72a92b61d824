import { expect, test } from 'vitest';
import { findPing, pingMark } from '../../../src/probe/captured-packet.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

/** An IPv4 packet without options around `body`. */
function ip(protocol: number, ttl: number, from: string, to: string, body: Buffer): Buffer {
  const address = (text: string) => Buffer.from(text.split('.').map(Number));
  const head = Buffer.concat([
    bytes('4500 0000 0000 4000'),
    Buffer.from([ttl, protocol, 0, 0]),
    address(from),
    address(to),
  ]);
  head.writeUInt16BE(20 + body.length, 2);
  return Buffer.concat([head, body]);
}

const ether = (packet: Buffer) => Buffer.concat([bytes('5254 0000 0002 5254 0000 0001 0800'), packet]);
const echo = (type: number, text: string) =>
  Buffer.concat([Buffer.from([type, 0, 0, 0, 0, 1, 0, 1]), Buffer.from(text)]);
const request = ip(1, 63, '10.244.0.2', '10.244.1.3', echo(8, `12345678${pingMark}${pingMark}`));

function recording(...frames: Buffer[]): Buffer {
  const head = bytes('d4c3b2a1 0200 0400 00000000 00000000 00010000 01000000');
  const packets = frames.map((frame) => {
    const about = Buffer.alloc(16);
    about.writeUInt32LE(frame.length, 8);
    about.writeUInt32LE(frame.length, 12);
    return Buffer.concat([about, frame]);
  });
  return Buffer.concat([head, ...packets]);
}

test('a ping that travels as it is has one header, which is both outer and inner', () => {
  const found = findPing(recording(ether(request)));
  expect(found).toEqual({
    encapsulation: 'none',
    outer: { src: '10.244.0.2', dst: '10.244.1.3', ttl: 63, length: 48 },
    inner: { src: '10.244.0.2', dst: '10.244.1.3', ttl: 63, length: 48 },
    srcMac: '52:54:00:00:00:01',
    dstMac: '52:54:00:00:00:02',
    port: 0,
    vni: 0,
  });
});

test('inside VXLAN the nodes are outside, and 50 bytes come on top', () => {
  const tunnelled = Buffer.concat([bytes('c001 2118 0000 0000 0800 0000 0000 2a00'), ether(request)]);
  const found = findPing(recording(ether(ip(17, 64, '192.168.39.11', '192.168.39.12', tunnelled))));
  expect(found).toMatchObject({
    encapsulation: 'vxlan',
    outer: { src: '192.168.39.11', dst: '192.168.39.12', ttl: 64, length: 98 },
    inner: { src: '10.244.0.2', length: 48 },
    port: 8472,
    vni: 42,
  });
});

test('inside IPIP the second header follows the first at once', () => {
  const found = findPing(recording(ether(ip(4, 64, '192.168.39.11', '192.168.39.12', request))));
  expect(found).toMatchObject({
    encapsulation: 'ipip',
    outer: { length: 68 },
    inner: { dst: '10.244.1.3', length: 48 },
  });
});

test.each([
  ['an answer', ether(ip(1, 63, '10.244.1.3', '10.244.0.2', echo(0, `12345678${pingMark}`)))],
  ['the ping of somebody else', ether(ip(1, 63, '10.244.0.2', '10.244.1.3', echo(8, '12345678abcdefgh')))],
  ['a question for a hardware address', bytes('ffffffffffff 525400000001 0806 0001 0800 0604 0001')],
  ['UDP that only looks like a tunnel', ether(ip(17, 64, '10.0.0.1', '10.0.0.2', Buffer.alloc(40)))],
])('%s is not the ping', (_what, frame) => {
  expect(findPing(recording(frame))).toBeUndefined();
  expect(findPing(recording(frame, ether(request)))).toBeDefined();
});

test('a recording that was cut off, or is none, holds what is whole', () => {
  expect(findPing(recording(ether(request)).subarray(0, -1))).toBeUndefined();
  expect(findPing(recording(ether(request), ether(request)).subarray(0, -1))).toBeDefined();
  expect(findPing(Buffer.from('tcpdump: eth9: No such device'))).toBeUndefined();
});
