// Requests to a server that no authority vouches for, held to the one certificate that it is known by.

import { request } from 'node:https';
import { connect } from 'node:tls';

export interface HttpsAnswer {
  readonly status: number;
  readonly text: string;
}

const largest = 4 * 1024 * 1024;

/** Sends nothing unless the server shows this certificate. Rejects for what the network does. */
export function postPinned(
  url: URL,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** PEM. */
    readonly certificate: string;
    readonly timeoutMs: number;
  },
): Promise<HttpsAnswer> {
  const { headers, body, certificate, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        signal: AbortSignal.timeout(timeoutMs),
        agent: false,
        ca: certificate,
        // It is known by its fingerprint, under whatever name it is reached.
        checkServerIdentity: () => undefined,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > largest) asked.destroy(new Error('the answer is too long'));
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The certificate that a server shows, PEM, and its SHA-256 fingerprint as `AB:CD:…`. Nothing is sent to it. */
export function shownCertificate(
  host: string,
  port: number,
  timeoutMs: number,
): Promise<{ readonly certificate: string; readonly fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const isName = !/^[\d.]+$|:/.test(host);
    const socket = connect({ host, port, rejectUnauthorized: false, ...(isName ? { servername: host } : {}) }, () => {
      const shown = socket.getPeerX509Certificate();
      socket.destroy();
      if (shown === undefined) reject(new Error('the server shows no certificate'));
      else resolve({ certificate: shown.toString(), fingerprint: shown.fingerprint256 });
    });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the server does not answer')));
    socket.on('error', reject);
  });
}
