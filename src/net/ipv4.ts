// An IPv4 address as an unsigned 32-bit number, and back to text.

/** 2^32: the number of IPv4 addresses. */
export const ipv4Space = 2 ** 32;

/**
 * Reads a dotted quad. Leading zeros are refused, because some programs read them as octal.
 *
 * @returns 0 to 2^32 - 1, or undefined when the text is not an IPv4 address
 */
export function parseIp(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const byte = Number(part);
    if (byte > 255) return undefined;
    address = address * 256 + byte;
  }
  return address;
}

/** @param address 0 to 2^32 - 1 */
export function formatIp(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** Whether the text looks like an IPv6 address or CIDR rather than a mistyped IPv4 one. */
export function looksLikeIpv6(text: string): boolean {
  return /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(%\w+)?(\/\d*)?$/i.test(text);
}
