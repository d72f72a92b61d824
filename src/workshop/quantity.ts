// Reads a number with a unit: `12k req/s`, `1,048,574`, `3.2 ms`, `1 MiB`.

/** Digits with or without separators of thousands (comma, underscore, apostrophe, space); undefined if it is no whole number. */
export function parseWhole(text: string): number | undefined {
  const match = /^([+-]?)(\d+|\d{1,3}(?:([,_' ])\d{3})(?:\3\d{3})*)$/.exec(text.trim());
  if (match === null) return undefined;
  const value = Number(`${match[1]}${match[2]?.replace(/[,_' ]/g, '')}`);
  return Number.isSafeInteger(value) ? value + 0 : undefined;
}

/** The value in `unit`, or why it could not be read. */
export function parseQuantity(text: string, unit: string): { readonly value: number } | { readonly reason: string } {
  const match = /^([+-]?[\d][\d,_' ]*(?:\.\d+)?(?:e[+-]?\d{1,3})?|[+-]?\.\d+)\s*(.*)$/i.exec(text.trim());
  if (match === null) return { reason: 'that is not a number' };
  const digits = parseDigits((match[1] ?? '').trim());
  if (digits === undefined)
    return { reason: 'use a point for decimals and commas only between groups of three digits' };
  const factor = conversion((match[2] ?? '').trim(), unit);
  if (factor === undefined)
    return { reason: unit === '' ? 'give the number without a unit' : `give the number in ${unit}` };
  return { value: digits * factor };
}

function parseDigits(text: string): number | undefined {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction] = mantissa.split('.');
  const value = /^[+-]?$/.test(whole) ? 0 : parseWhole(whole);
  if (value === undefined) return undefined;
  const sign = whole.startsWith('-') ? -1 : 1;
  return sign * Number(`${Math.abs(value)}.${fraction ?? '0'}e${exponent}`);
}

const siPrefixes: Readonly<Record<string, number>> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };

// Spelling first (how a unit may be written), then size within its family.
const spellings: Readonly<Record<string, string>> = {
  'req/sec': 'req/s',
  'reqs/s': 'req/s',
  'requests/s': 'req/s',
  'requests/sec': 'req/s',
  'requests per second': 'req/s',
  rps: 'req/s',
  sec: 's',
  second: 's',
  seconds: 's',
  msec: 'ms',
  milliseconds: 'ms',
  usec: 'us',
  µs: 'us',
  μs: 'us',
  byte: 'B',
  bytes: 'B',
  bps: 'bit/s',
  percent: '%',
};

const families: readonly Readonly<Record<string, number>>[] = [
  { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60 },
  { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
  { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9, kbps: 1e3, Mbps: 1e6, Gbps: 1e9 },
];

/** What a number in `given` is multiplied with to be one in `wanted`. No unit given means the wanted one. */
function conversion(given: string, wanted: string): number | undefined {
  const same = (unit: string) => spellings[unit.toLowerCase()] ?? spellings[unit] ?? unit;
  const [from, to] = [same(given), same(wanted)];
  if (from === '' || from.toLowerCase() === to.toLowerCase()) return 1;
  const family = families.find((units) => units[from] !== undefined && units[to] !== undefined);
  if (family !== undefined) return (family[from] ?? 1) / (family[to] ?? 1);
  // A prefix before a unit that has no family: `12k`, `12k req/s`, `12 kpps`.
  const prefix = siPrefixes[given.charAt(0)];
  if (prefix === undefined || given === '') return undefined;
  const rest = same(given.slice(1).trim());
  return rest === '' || rest.toLowerCase() === to.toLowerCase() ? prefix : undefined;
}
