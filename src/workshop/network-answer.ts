// Canonical forms of what network people write down: addresses, ranges, hardware addresses, interface names.

export type Canonical = { readonly value: string } | { readonly reason: string };

/** Dotted quad, or IPv6 in its shortest form. */
export function canonicalIp(text: string): Canonical {
  const number = ipv4(text);
  if (number !== undefined) return { value: renderIpv4(number) };
  if (text.includes('/')) return { reason: 'give the address alone, without a prefix length' };
  if (text.includes(':')) {
    try {
      return { value: new URL(`http://[${text}]`).hostname.slice(1, -1) };
    } catch {
      return { reason: 'that is not an IPv6 address' };
    }
  }
  return { reason: 'that is not an IP address; write for example 10.0.0.1' };
}

/**
 * A network as `10.96.0.0/12`, written as such, with a netmask, with host bits (which are dropped), or as its first and
 * last address. A range that is no single network stays a range.
 */
export function canonicalCidr(text: string): Canonical {
  const range = /^(\S+)\s*(?:-|–|to|\.\.)\s*(\S+)$/.exec(text.trim());
  if (range !== null) return canonicalRange(ipv4(range[1] ?? ''), ipv4(range[2] ?? ''));
  const [address = '', mask = ''] = text.split('/');
  const number = ipv4(address);
  const prefix = /^\d{1,2}$/.test(mask) ? Number(mask) : prefixOfMask(mask);
  if (number === undefined || prefix === undefined || prefix > 32) {
    return { reason: 'that is not a network; write for example 10.96.0.0/12' };
  }
  const size = 2 ** (32 - prefix);
  return { value: `${renderIpv4(Math.floor(number / size) * size)}/${prefix}` };
}

/** Six bytes in lower case with colons; `52-54-00-…` and `5254.00…` are read as well. */
export function canonicalMac(text: string): Canonical {
  const digits = text.toLowerCase().replace(/[:.\s-]/g, '');
  if (!/^[0-9a-f]{12}$/.test(digits))
    return { reason: 'that is not a MAC address; write for example 52:54:00:12:34:56' };
  return { value: (digits.match(/../g) ?? []).join(':') };
}

/** The name as the kernel has it: `veth1@if5:` is veth1. Case matters. */
export function canonicalIface(text: string): Canonical {
  const name = text.replace(/:$/, '').replace(/@.*$/, '');
  if (!/^[^\s/:@]{1,15}$/.test(name)) return { reason: 'that is not the name of an interface' };
  return { value: name };
}

function canonicalRange(first: number | undefined, last: number | undefined): Canonical {
  if (first === undefined || last === undefined) return { reason: 'that is not a range; write first-last' };
  if (first > last) return { reason: 'the range ends before it begins' };
  const size = last - first + 1;
  const bits = Math.log2(size);
  const network = Number.isInteger(bits) && first % size === 0;
  return { value: network ? `${renderIpv4(first)}/${32 - bits}` : `${renderIpv4(first)}-${renderIpv4(last)}` };
}

function prefixOfMask(mask: string): number | undefined {
  const number = ipv4(mask);
  if (number === undefined) return undefined;
  const bits = Math.log2(2 ** 32 - number);
  return Number.isInteger(bits) ? 32 - bits : undefined;
}

/** Leading zeros are refused: some programs read them as octal. */
function ipv4(text: string): number | undefined {
  const parts = text.trim().split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

function renderIpv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
