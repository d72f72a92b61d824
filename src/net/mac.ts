// Ethernet addresses: reading them in the usual spellings, and computing one that is the same every time.

import { createHash } from 'node:crypto';

/** The prefix that QEMU and libvirt give to their guests; locally administered. */
export const computedMacPrefix = '52:54:00';

export type MacResult =
  | { readonly mac: string; readonly fault?: never }
  | { readonly fault: string; readonly mac?: never };

/**
 * Reads `52:54:00:12:34:56`, `52-54-00-12-34-56` or `5254.0012.3456`, in either case, and gives lower case with colons.
 * The fault completes "TEXT …".
 */
export function parseMac(text: string): MacResult {
  const spelled = /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text) && !(text.includes(':') && text.includes('-'));
  if (!spelled && !/^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i.test(text)) return { fault: 'is not a MAC address' };
  const digits = text.toLowerCase().replace(/[:.-]/g, '');
  return { mac: formatMac(Number.parseInt(digits, 16)) };
}

/** Why a NIC can't have this address, as the end of "MAC …"; '' when it can. @param mac canonical */
export function macFault(mac: string): string {
  if (mac === '00:00:00:00:00:00') return 'is all zero';
  if (mac === 'ff:ff:ff:ff:ff:ff') return 'is the broadcast address';
  // The lowest bit of the first byte marks a group address (IEEE 802).
  return Number.parseInt(mac.slice(0, 2), 16) % 2 === 1 ? 'is a multicast address' : '';
}

/** @param value 0 to 2^48 - 1 */
export function formatMac(value: number): string {
  return (value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':');
}

/**
 * The address of a node's NIC on a network when the stack file gives none: 52:54:00 and three bytes of a hash. If that
 * one is taken, the next free one.
 */
export function computeMac(stack: string, node: string, network: string, isTaken: (mac: string) => boolean): string {
  const digest = createHash('sha256').update([stack, node, network].join('\0')).digest();
  const start = digest.readUIntBE(0, 3);
  for (let bump = 0; bump < 2 ** 24; bump++) {
    const tail = formatMac((start + bump) % 2 ** 24).slice(9);
    const mac = `${computedMacPrefix}:${tail}`;
    if (!isTaken(mac)) return mac;
  }
  throw new RangeError(`every address under ${computedMacPrefix} is taken`);
}
