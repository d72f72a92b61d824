// A ping inside a recording of tcpdump: what it was packed in when it passed an interface.

import { formatIp } from '../net/ipv4.ts';

/** One IPv4 header and what is known from around it. */
export interface IpHeader {
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  /** Total length: header and all that it carries, in bytes. */
  readonly length: number;
}

export interface CapturedPing {
  readonly encapsulation: 'none' | 'vxlan' | 'ipip';
  readonly outer: IpHeader;
  /** The same as `outer` when there is no encapsulation. */
  readonly inner: IpHeader;
  readonly srcMac: string;
  readonly dstMac: string;
  /** UDP port that the outer packet is sent to; 0 when it is not UDP. */
  readonly port: number;
  /** VXLAN network identifier; 0 without VXLAN. */
  readonly vni: number;
}

/** Stands in the payload of the pings that a probe sends, so that it knows its own. */
export const pingMark = 'podlab';

const etherBytes = 14;
const ipv4Type = 0x0800;
// Assigned Internet Protocol Numbers: ICMP, IPv4 in IPv4 (RFC 2003), UDP.
const icmp = 1;
const ipip = 4;
const udp = 17;
const echoRequest = 8;

/**
 * The first marked echo request in a recording, undefined when there is none.
 *
 * @param recording in the classic format of libpcap (pcap-savefile(5)), little endian, of an Ethernet interface; may be cut off
 */
export function findPing(recording: Buffer): CapturedPing | undefined {
  for (const frame of framesOf(recording)) {
    const found = readFrame(frame);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A file header of 24 bytes, then for each packet 16 bytes with the captured length at 8, and the packet. */
function* framesOf(recording: Buffer): Generator<Buffer> {
  if (recording.length < 24 || recording.readUInt32LE(0) !== 0xa1b2c3d4) return;
  for (let at = 24; at + 16 <= recording.length; ) {
    const end = at + 16 + recording.readUInt32LE(at + 8);
    if (end > recording.length) return;
    yield recording.subarray(at + 16, end);
    at = end;
  }
}

function readFrame(frame: Buffer): CapturedPing | undefined {
  const packet = ipv4Of(frame);
  const outer = packet === undefined ? undefined : readIp(packet);
  if (outer === undefined) return undefined;
  const around = { outer: outer.header, srcMac: macAt(frame, 6), dstMac: macAt(frame, 0) };
  if (isMarkedPing(outer)) return { encapsulation: 'none', inner: outer.header, port: 0, vni: 0, ...around };
  if (outer.protocol === ipip) {
    const inner = readIp(outer.body);
    if (inner === undefined || !isMarkedPing(inner)) return undefined;
    return { encapsulation: 'ipip', inner: inner.header, port: 0, vni: 0, ...around };
  }
  // UDP is 8 bytes with the destination port at 2, VXLAN 8 bytes with the identifier at 4 (RFC 7348, section 5).
  if (outer.protocol !== udp || outer.body.length < 16) return undefined;
  const innerPacket = ipv4Of(outer.body.subarray(16));
  const inner = innerPacket === undefined ? undefined : readIp(innerPacket);
  if (inner === undefined || !isMarkedPing(inner)) return undefined;
  const [port, vni] = [outer.body.readUInt16BE(2), outer.body.readUIntBE(12, 3)];
  return { encapsulation: 'vxlan', inner: inner.header, port, vni, ...around };
}

function ipv4Of(frame: Buffer): Buffer | undefined {
  return frame.length > etherBytes && frame.readUInt16BE(12) === ipv4Type ? frame.subarray(etherBytes) : undefined;
}

interface IpPacket {
  readonly header: IpHeader;
  readonly protocol: number;
  readonly body: Buffer;
}

/** RFC 791, section 3.1. */
function readIp(packet: Buffer): IpPacket | undefined {
  if (packet.length < 20 || packet.readUInt8(0) >> 4 !== 4) return undefined;
  const header = {
    src: formatIp(packet.readUInt32BE(12)),
    dst: formatIp(packet.readUInt32BE(16)),
    ttl: packet.readUInt8(8),
    length: packet.readUInt16BE(2),
  };
  return { header, protocol: packet.readUInt8(9), body: packet.subarray(4 * (packet.readUInt8(0) & 15)) };
}

function isMarkedPing({ protocol, body }: IpPacket): boolean {
  return protocol === icmp && body.length > 8 && body.readUInt8(0) === echoRequest && body.includes(pingMark);
}

function macAt(frame: Buffer, at: number): string {
  return [...frame.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
