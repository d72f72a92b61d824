// DNS messages (RFC 1035, section 4): the question for an IPv4 address, and what comes back.

export interface DnsAnswer {
  /** NOERROR, NXDOMAIN, SERVFAIL, REFUSED, or the number. */
  readonly rcode: string;
  /** IPv4 addresses, in the order of the answer. */
  readonly addresses: readonly string[];
  /** The names that the asked one stands for (CNAME), in order. */
  readonly aliases: readonly string[];
  /** Seconds that the answer may be kept: the least of all records; 0 without any. */
  readonly ttl: number;
  /** The server is an authority for the name, as CoreDNS is for the cluster's. */
  readonly authoritative: boolean;
}

/** @param id 0 to 65535 */
export function encodeQuery(id: number, name: string): number[] {
  const labels = name.replace(/\.$/, '').split('.');
  const question = labels.flatMap((label) => [label.length, ...[...label].map((letter) => letter.charCodeAt(0))]);
  // Recursion desired; one question; type A, class IN.
  return [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question, 0, 0, 1, 0, 1];
}

/** Undefined for bytes that are no answer to a question with that id. */
export function decodeAnswer(bytes: readonly number[], id: number): DnsAnswer | undefined {
  const word = (at: number) => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  if (bytes.length < 12 || word(0) !== id || word(2) < 0x8000) return undefined;
  let at = 12;
  for (let n = 0; n < word(4); n += 1) at = readName(bytes, at).next + 4;
  const addresses: string[] = [];
  const aliases: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  for (let n = 0; n < word(6) && at < bytes.length; n += 1) {
    const head = readName(bytes, at).next;
    const [type, length, data] = [word(head), word(head + 8), head + 10];
    ttl = Math.min(ttl, word(head + 4) * 65_536 + word(head + 6));
    if (type === typeA) addresses.push(bytes.slice(data, data + 4).join('.'));
    if (type === typeCname) aliases.push(readName(bytes, data).name);
    at = data + length;
  }
  const code = word(2) & 15;
  return {
    rcode: rcodes[code] ?? String(code),
    addresses,
    aliases,
    ttl: Number.isFinite(ttl) ? ttl : 0,
    authoritative: (word(2) & 0x0400) !== 0,
  };
}

const [typeA, typeCname] = [1, 5];
const rcodes: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
};

/** A name, which may end in a pointer to an earlier one (section 4.1.4), and where what follows it begins. */
function readName(bytes: readonly number[], start: number): { name: string; next: number } {
  const labels: string[] = [];
  let at = start;
  let next = 0;
  // Pointers could form a loop; a name has at most 127 labels.
  for (let steps = 0; steps < 128; steps += 1) {
    const length = bytes[at] ?? 0;
    if (length === 0) break;
    if (length >= 0xc0) {
      if (next === 0) next = at + 2;
      at = (length & 0x3f) * 256 + (bytes[at + 1] ?? 0);
      continue;
    }
    labels.push(String.fromCharCode(...bytes.slice(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return { name: labels.join('.'), next: next === 0 ? at + 1 : next };
}
