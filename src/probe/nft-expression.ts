// What the expressions of an nftables rule say about a packet (libnftables-json(5)).

import type { Balance, Matches } from './nat-rules.ts';

/** What a `match` expression adds to the conditions before it. */
export function matchOf({ op, left, right }: Record<string, unknown>, before: Matches): Matches {
  const value = op === '!=' ? `!= ${render(right)}` : render(right);
  const field = fieldOf(left);
  if (field === undefined)
    return { other: [...(before.other ?? []), `${render(left)} ${String(op)} ${render(right)}`] };
  const protocol = object(object(left).payload).protocol;
  const implied = field === 'dport' && protocol !== 'th' ? { proto: String(protocol) } : {};
  return { ...implied, [field]: value };
}

/** The element of a map narrows the packet in the fields that make up its key. */
export function withKey(matches: Matches, key: unknown, value: unknown): Matches {
  const keys = object(key).concat;
  const values = object(value).concat;
  if (!Array.isArray(keys) || !Array.isArray(values)) {
    return balanceOf(key) === '' ? { ...matches, ...matchOf({ op: '==', left: key, right: value }, matches) } : matches;
  }
  let narrowed = matches;
  for (const [n, part] of keys.entries()) {
    narrowed = { ...narrowed, ...matchOf({ op: '==', left: part, right: values[n] }, narrowed) };
  }
  return narrowed;
}

function fieldOf(left: unknown): Exclude<keyof Matches, 'other'> | undefined {
  const { protocol, field } = object(object(left).payload);
  const { key } = object(object(left).meta);
  if (protocol === 'ip' && (field === 'saddr' || field === 'daddr')) return field;
  if ((protocol === 'ip' && field === 'protocol') || key === 'l4proto') return 'proto';
  if (field === 'dport') return 'dport';
  if (key === 'iifname' || key === 'iif') return 'iif';
  if (key === 'oifname' || key === 'oif') return 'oif';
  return undefined;
}

/** How a map with this key spreads packets; '' when the key is a field of the packet. */
export function balanceOf(key: unknown): Balance {
  const { numgen, jhash, symhash } = object(key);
  if (numgen !== undefined) return object(numgen).mode === 'random' ? 'random' : 'round-robin';
  return jhash === undefined && symhash === undefined ? '' : 'hash';
}

/** An expression as nft would write it, near enough to read: `10.0.0.0/24`, `80, 443`, `10.0.0.2:8080`. */
export function render(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(render).join(', ');
  const { prefix, range, set, concat, elem, payload, meta, ct } = value as Record<string, unknown>;
  if (prefix !== undefined) return `${String(object(prefix).addr)}/${String(object(prefix).len)}`;
  if (Array.isArray(range)) return range.map(render).join('-');
  if (set !== undefined) return render(set);
  if (Array.isArray(concat)) return concat.map(render).join(':');
  if (elem !== undefined) return render(object(elem).val);
  if (payload !== undefined) return `${String(object(payload).protocol)} ${String(object(payload).field)}`;
  if (meta !== undefined) return `meta ${String(object(meta).key)}`;
  if (ct !== undefined) return `ct ${String(object(ct).key)}`;
  return JSON.stringify(value);
}

/** The value if it is a JSON object, else an empty one. */
export function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
