// Opens the API of a cluster: who it is comes from a kubeconfig, the way to it from the driver.

import type { Duplex } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { LabError } from '../../error.ts';
import type { ClusterApi, Transport } from './cluster-api.ts';
import { httpsTransport } from './https-transport.ts';

export interface OpenOptions {
  /** Ends requests under way. */
  readonly signal?: AbortSignal;
  /** For each request. Default 15 000. */
  readonly timeoutMs?: number;
  /** By how much that is multiplied, for a server whose processor is emulated. Default 1. */
  readonly patience?: number;
}

/**
 * Nothing is sent before the first question.
 *
 * @param kubeconfig YAML text with a current context
 * @param connect makes a connection to the server's address
 * @throws LabError PROBE_FAILED when the kubeconfig names no server
 */
export async function openApi(
  kubeconfig: string,
  connect: (host: string, port: number) => Promise<Duplex>,
  options: OpenOptions = {},
): Promise<ClusterApi> {
  // A quarter of a second: only for those who ask a cluster.
  const [{ KubeConfig }, { typedApi }] = await Promise.all([
    import('@kubernetes/client-node'),
    import('./typed-api.ts'),
  ]);
  const config = new KubeConfig();
  try {
    config.loadFromString(kubeconfig);
  } catch (cause) {
    throw new LabError('PROBE_FAILED', 'the kubeconfig is not readable', { cause });
  }
  return typedApi(await transportOf(config, connect, options));
}

/** HTTPS to the current cluster of a kubeconfig, as its current user. @throws LabError PROBE_FAILED when it names no server */
export async function transportOf(
  config: KubeConfig,
  connect: (host: string, port: number) => Promise<Duplex>,
  options: OpenOptions = {},
): Promise<Transport> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new LabError('PROBE_FAILED', 'the kubeconfig names no server');
  const credentials: Credentials = {};
  await config.applyToHTTPSOptions(credentials);
  const { ca, cert, key, servername, auth, headers = {}, rejectUnauthorized = true } = credentials;
  return httpsTransport({
    server: new URL(server),
    connect,
    tls: { ca, cert, key, rejectUnauthorized, ...(servername !== undefined && { servername }) },
    headers: auth === undefined ? headers : { ...headers, authorization: `Basic ${btoa(auth)}` },
    timeoutMs: (options.timeoutMs ?? 15_000) * (options.patience ?? 1),
    signal: options.signal,
  });
}

/** What of node:https' options a kubeconfig fills in. */
interface Credentials {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  auth?: string;
  headers?: Record<string, string>;
  rejectUnauthorized?: boolean;
}
