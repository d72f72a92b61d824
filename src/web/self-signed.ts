// A certificate that nobody vouches for: what it is worth is its fingerprint, which stands on the seats' cards.

import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';

export interface ServerCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;

/**
 * X.509 v3 (RFC 5280) with a key on P-256, signed by itself.
 *
 * @param names host names and addresses under which the server is reached, at least one
 * @param now Unix time, milliseconds; it is valid from a day before, for clocks that are behind
 * @param days until it ends
 */
export function makeCertificate(names: readonly string[], now: number, days: number): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const name = sequence(set(sequence(oid(2, 5, 4, 3), utf8('podlab workshop'))));
  // A positive number of 127 bits: RFC 5280 wants it unique, and its first bit is a sign.
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    name,
    sequence(utcTime(now - dayMs), utcTime(now + days * dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(extension(oid(2, 5, 29, 17), sequence(...names.map(alternativeName))), serverUse)),
  );
  const signature = sign('sha256', body, createPrivateKey(key));
  const whole = sequence(body, ecdsaWithSha256, bitString(signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return { key, cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n') };
}

/** SHA-256 over the certificate, as browsers show it: `AB:CD:…`. */
export function fingerprintOf(cert: string): string {
  return new X509Certificate(cert).fingerprint256;
}

/** `https://HOST/` → HOST without brackets. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** A short check that two fingerprints are the same, however they are written. */
export function isSameFingerprint(one: string, other: string): boolean {
  const bare = (text: string) =>
    text
      .replace(/^sha-?256[:=]/i, '')
      .replaceAll(/[^0-9a-f]/gi, '')
      .toLowerCase();
  return bare(one).length === 64 && bare(one) === bare(other);
}

// DER, X.690: a tag, a length, what is in it.

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = Buffer.from(length.toString(16).padStart(length < 256 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => tagged(0x31, ...parts);
const integer = (bytes: Buffer) => tagged(0x02, bytes);
const utf8 = (text: string) => tagged(0x0c, Buffer.from(text));
const bitString = (bytes: Buffer) => tagged(0x03, Buffer.from([0]), bytes);
const extension = (id: Buffer, value: Buffer) => sequence(id, tagged(0x04, value));

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = rest.flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** YYMMDDHHMMSSZ: years to 2049. */
function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(digits.slice(2)));
}

function alternativeName(name: string): Buffer {
  const host = bareHost(name);
  const address = host.includes(':') ? ipv6Bytes(host) : ipv4Bytes(host);
  return address === undefined ? tagged(0x82, Buffer.from(host)) : tagged(0x87, address);
}

function ipv4Bytes(host: string): Buffer | undefined {
  return /^\d+(\.\d+){3}$/.test(host) ? Buffer.from(host.split('.').map(Number)) : undefined;
}

function ipv6Bytes(host: string): Buffer {
  const [head = '', tail] = host.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail ?? '')];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

// ecdsa-with-SHA256, RFC 5758; extended key usage "server", RFC 5280.
const ecdsaWithSha256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
const serverUse = extension(oid(2, 5, 29, 37), sequence(oid(1, 3, 6, 1, 5, 5, 7, 3, 1)));
