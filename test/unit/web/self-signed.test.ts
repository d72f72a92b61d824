// A certificate of podlab's own, as Node's TLS and its X.509 reader see it.

import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { postPinned, shownCertificate } from '../../../src/host/https.ts';
import { fingerprintOf, isSameFingerprint, makeCertificate } from '../../../src/web/self-signed.ts';

const now = Date.now();
const names = ['lab.example', '127.0.0.1', '[2001:db8::1]'];

test('it is good for its names and addresses, for its time, and signed by its own key', async () => {
  const { cert } = await makeCertificate(names, now, 30);
  const read = new X509Certificate(cert);
  expect(read.subjectAltName).toBe('DNS:lab.example, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1');
  expect([read.checkHost('lab.example'), read.checkIP('127.0.0.1')]).toEqual(['lab.example', '127.0.0.1']);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(Date.parse(read.validFrom)).toBeLessThan(now);
  expect(Math.abs(Date.parse(read.validTo) - now - 30 * 86_400_000)).toBeLessThan(2000);
  expect(fingerprintOf((await makeCertificate(names, now, 30)).cert)).not.toBe(fingerprintOf(cert));
});

test('fingerprints are the same however they are written, and a beginning is none', async () => {
  const print = fingerprintOf((await makeCertificate(names, now, 1)).cert);
  const bare = print.replaceAll(':', '').toLowerCase();
  expect([bare, `sha256:${bare}`, print].map((one) => isSameFingerprint(one, print))).toEqual([true, true, true]);
  expect([bare.slice(0, 40), '', `${bare.slice(1)}0`].map((one) => isSameFingerprint(one, print))).toEqual([
    ...[false, false, false],
  ]);
});

test('a seat speaks only to the server whose certificate it knows', async () => {
  const own = await makeCertificate(['127.0.0.1'], now, 1);
  const other = await makeCertificate(['127.0.0.1'], now, 1);
  const heard: string[] = [];
  const server = createServer(own, (request, response) => {
    heard.push(String(request.headers.authorization));
    response.end('{"known":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const post = (certificate: string) =>
    postPinned(new URL(`https://127.0.0.1:${port}/`), {
      ...{ headers: { authorization: 'Bearer x' }, body: '{}', certificate, timeoutMs: 5000 },
    });
  try {
    const shown = await shownCertificate('127.0.0.1', port, 5000);
    expect(shown.fingerprint).toBe(fingerprintOf(own.cert));
    expect(await post(shown.certificate)).toEqual({ status: 200, text: '{"known":1}' });
    await expect(post(other.cert)).rejects.toThrow();
    expect(heard).toEqual(['Bearer x']);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
