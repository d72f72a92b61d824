// A certificate that nobody vouches for: what it is worth is its fingerprint, which stands on the seats' cards.

import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

export interface ServerCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;
/** RFC 5758. */
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
/** X.520. */
const commonName = '2.5.4.3';

/**
 * X.509 v3 (RFC 5280) with a key on P-256, signed by itself.
 *
 * @param names host names and addresses under which the server is reached, at least one
 * @param now Unix time, milliseconds; it is valid from a day before, for clocks that are behind
 * @param days until it ends
 */
export async function makeCertificate(names: readonly string[], now: number, days: number): Promise<ServerCertificate> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const notBefore = new Date(now - dayMs);
  const notAfter = new Date(now + days * dayMs);
  const der = await signedDer({ names: names.map(bareHost), notBefore, notAfter, publicKey, privateKey });
  return { key, cert: new X509Certificate(der).toString() };
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

interface CertificateParts {
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

async function signedDer({ names, notBefore, notAfter, publicKey, privateKey }: CertificateParts): Promise<Buffer> {
  // A tenth of a second, and only for those who ask for a certificate.
  const { AsnConvert, OctetString } = await import('@peculiar/asn1-schema');
  const x509 = await import('@peculiar/asn1-x509');
  const signature = new x509.AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const extension = (extnID: string, value: unknown) =>
    new x509.Extension({ extnID, extnValue: new OctetString(AsnConvert.serialize(value)) });
  const alternatives = names.map(
    (name) => new x509.GeneralName(isAddress(name) ? { iPAddress: name } : { dNSName: name }),
  );
  const value = new x509.AttributeValue({ utf8String: 'podlab workshop' });
  const name = new x509.Name([
    new x509.RelativeDistinguishedName([new x509.AttributeTypeAndValue({ type: commonName, value })]),
  ]);
  // A positive number of 127 bits: RFC 5280 wants it unique, and its first bit is a sign.
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: Uint8Array.from(serial).buffer,
    signature,
    issuer: name,
    validity: new x509.Validity({ notBefore, notAfter }),
    subject: name,
    subjectPublicKeyInfo: AsnConvert.parse(
      publicKey.export({ type: 'spki', format: 'der' }),
      x509.SubjectPublicKeyInfo,
    ),
    extensions: new x509.Extensions([
      extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(alternatives)),
      extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage([x509.id_kp_serverAuth])),
    ]),
  });
  const signed = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), privateKey);
  const certificate = { tbsCertificate, signatureAlgorithm: signature, signatureValue: Uint8Array.from(signed).buffer };
  return Buffer.from(AsnConvert.serialize(new x509.Certificate(certificate)));
}

function isAddress(name: string): boolean {
  return name.includes(':') || /^\d+(\.\d+){3}$/.test(name);
}
