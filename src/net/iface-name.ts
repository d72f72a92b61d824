// Names of network interfaces: short enough for the kernel, and readable.

import { createHash } from 'node:crypto';

/** IFNAMSIZ is 16 with the NUL byte (linux/if.h). */
export const maxIfaceNameBytes = 15;

/** Six digits in base 36 are 31 bits: a thousand long names clash with a probability of 1 in 4000. */
const hashDigits = 6;

/**
 * Joins the parts with dashes. A result of more than 15 bytes is cut and ends in a hash of all the parts, so that names
 * with a long common beginning stay different: `quite-long-node`, `isolated` gives `quite-lo-` and six letters or digits.
 */
export function ifaceName(...parts: readonly string[]): string {
  const name = parts.join('-');
  if (Buffer.byteLength(name) <= maxIfaceNameBytes) return name;
  const digest = createHash('sha256').update(parts.join('\0')).digest();
  const hash = digest.readUIntBE(0, 6).toString(36).padStart(hashDigits, '0').slice(-hashDigits);
  let head = name;
  while (Buffer.byteLength(head) > maxIfaceNameBytes - hashDigits - 1) head = head.slice(0, -1);
  return `${head.replace(/-$/, '')}-${hash}`;
}

/**
 * Why the kernel (dev_valid_name in net/core/dev.c) or iproute2 would refuse the name, as the end of "NAME …"; '' when
 * they take it.
 */
export function ifaceNameFault(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) return 'is empty';
  if (bytes > maxIfaceNameBytes) return `has ${bytes} bytes, more than ${maxIfaceNameBytes}`;
  if (name === '.' || name === '..') return 'means a directory';
  // `all` and `default` have a directory of their own under /proc/sys/net/ipv4/conf.
  if (name === 'all' || name === 'default') return 'stands for every interface in sysctl';
  if (name.startsWith('-')) return 'looks like an option';
  const bad = /[/:%\s\p{Cc}]/u.exec(name)?.[0];
  return bad === undefined ? '' : `contains ${JSON.stringify(bad)}`;
}
