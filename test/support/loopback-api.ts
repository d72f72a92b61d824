// An API server on loopback that answers as a test wants, and a kubeconfig that leads to it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface LoopbackApi {
  /** The text of a file. */
  readonly kubeconfig: string;
  /** Breaks every connection. */
  close(): void;
  /** At the same port. */
  openAgain(): void;
}

const read = (name: string) => readFileSync(new URL(`../unit/cluster/api/fixtures/${name}`, import.meta.url));

export async function loopbackApi(answer: RequestListener): Promise<LoopbackApi> {
  const server = createServer({ cert: read('server-cert.pem'), key: read('server-key.pem') }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': read('server-cert.pem').toString('base64'),
  };
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  };
  return {
    kubeconfig: JSON.stringify(config),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
    openAgain: () => void server.listen(port, '127.0.0.1'),
  };
}
