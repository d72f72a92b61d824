// IPv4 networks as values: reading them with the exact reason for a refusal, and their arithmetic.

import { formatIp, looksLikeIpv6, parseIp } from './ipv4.ts';

/** A network whose host bits are zero. */
export interface Cidr {
  /** The first address, 0 to 2^32 - 1. */
  readonly base: number;
  /** 0–32. */
  readonly prefix: number;
}

/** Why a text is not a network. */
export interface CidrFault {
  readonly reason: 'malformed' | 'host-bits' | 'ipv6';
  /** Completes "TEXT …", for example "has a prefix length of 33, more than 32". */
  readonly detail: string;
  /** What was probably meant, in canonical form; '' when that can't be known. */
  readonly canonical: string;
}

export type CidrResult =
  | { readonly cidr: Cidr; readonly fault?: never }
  | { readonly fault: CidrFault; readonly cidr?: never };

/** Reads `a.b.c.d/p` in canonical form: no host bits, no leading zeros, no blanks. */
export function parseCidr(text: string): CidrResult {
  if (looksLikeIpv6(text)) return fault('ipv6', 'is IPv6, which is not supported yet');
  const [address = '', length, ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0) return fault('malformed', 'is not an IPv4 network (address/prefix length)');
  if (length === undefined) return fault('malformed', 'has no prefix length');
  if (!/^(0|[1-9]\d{0,2})$/.test(length)) return fault('malformed', `has a prefix length of "${length}", not a number`);
  const prefix = Number(length);
  if (prefix > 32) return fault('malformed', `has a prefix length of ${prefix}, more than 32`);
  const cidr = cidrAround(ip, prefix);
  if (cidr.base !== ip) return fault('host-bits', 'has host bits set', formatCidr(cidr));
  return { cidr };
}

/** For text that was checked before. @throws RangeError when it was not */
export function cidrOf(text: string): Cidr {
  const { cidr, fault } = parseCidr(text);
  if (cidr === undefined) throw new RangeError(`${text} ${fault.detail}`);
  return cidr;
}

/** The network of that prefix length in which the address lies. */
export function cidrAround(address: number, prefix: number): Cidr {
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(address / size) * size, prefix };
}

/** The one network that spans exactly first to last, or undefined when no prefix does. */
export function cidrOfSpan(first: number, last: number): Cidr | undefined {
  const prefix = 32 - Math.log2(last - first + 1);
  if (!Number.isInteger(prefix) || prefix < 0) return undefined;
  const cidr = cidrAround(first, prefix);
  return cidr.base === first ? cidr : undefined;
}

/**
 * Reads a network in any spelling a person may use: `10.96.0.0/12` or `10.96.0.0-10.111.255.255` (blanks around the dash
 * allowed).
 */
export function parseCidrOrRange(text: string): CidrResult {
  const ends = text.split('-').map((end) => end.trim());
  if (ends.length !== 2) return parseCidr(text.trim());
  const [first, last] = ends.map(parseIp);
  if (first === undefined || last === undefined) return fault('malformed', 'is not a range of two IPv4 addresses');
  if (last < first) return fault('malformed', 'ends before it begins');
  const cidr = cidrOfSpan(first, last);
  return cidr === undefined ? fault('malformed', 'is not the range of one network') : { cidr };
}

export function formatCidr({ base, prefix }: Cidr): string {
  return `${formatIp(base)}/${prefix}`;
}

/** `10.96.0.0-10.111.255.255` */
export function formatSpan(cidr: Cidr): string {
  return `${formatIp(cidr.base)}-${formatIp(lastAddress(cidr))}`;
}

/** How many addresses the network has, 1 to 2^32, the network and broadcast addresses included. */
export function cidrSize({ prefix }: Cidr): number {
  return 2 ** (32 - prefix);
}

/** The network's last address: the broadcast address up to /30. */
export function lastAddress(cidr: Cidr): number {
  return cidr.base + cidrSize(cidr) - 1;
}

/** The address at `index`, 0 being the network address. @throws RangeError outside the network */
export function nthAddress(cidr: Cidr, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= cidrSize(cidr)) {
    throw new RangeError(`${formatCidr(cidr)} has no address number ${index}`);
  }
  return cidr.base + index;
}

/**
 * How many ClusterIPs a Kubernetes service range of this size can hand out: the allocator leaves out the first address
 * and, for IPv4, the last one (k8s.io/kubernetes, pkg/registry/core/service/ipallocator).
 */
export function allocatableCount(cidr: Cidr): number {
  return Math.max(0, cidrSize(cidr) - 2);
}

export function containsAddress(cidr: Cidr, address: number): boolean {
  return address >= cidr.base && address <= lastAddress(cidr);
}

/** Whether every address of `inner` lies in `outer`; true for equal networks. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && containsAddress(outer, inner.base);
}

/** Whether they share an address. Of two networks, one then contains the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return containsCidr(a, b) || containsCidr(b, a);
}

/** How many blocks of that prefix length the network has; 0 when the block is larger than the network. */
export function blockCount(cidr: Cidr, blockPrefix: number): number {
  return blockPrefix < cidr.prefix ? 0 : 2 ** (blockPrefix - cidr.prefix);
}

/**
 * The block at `index` when the network is split into blocks of that prefix length.
 *
 * @param blockPrefix the network's prefix to 32
 * @throws RangeError when there are not so many blocks
 */
export function nthBlock(cidr: Cidr, blockPrefix: number, index: number): Cidr {
  if (!Number.isInteger(index) || index < 0 || index >= blockCount(cidr, blockPrefix)) {
    throw new RangeError(`${formatCidr(cidr)} has no /${blockPrefix} number ${index}`);
  }
  return { base: cidr.base + index * 2 ** (32 - blockPrefix), prefix: blockPrefix };
}

function fault(reason: CidrFault['reason'], detail: string, canonical = ''): CidrResult {
  return { fault: { reason, detail, canonical } };
}
