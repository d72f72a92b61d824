// The API server as the start of a cluster asks it: JSON over one kept connection, where each kubectl costs 50 ms of a processor.

import { parse } from 'yaml';
import { LabError } from '../../error.ts';
import { type ClusterPlace, controlPlaneOf } from '../cluster-place.ts';
import { adminKubeconfig } from '../node-paths.ts';
import { runOnNode } from '../run-on-node.ts';
import { httpsTransport } from './https-transport.ts';

/** Every call throws LabError PROBE_FAILED when no answer comes, COMMAND_FAILED with what the server says against it. */
export interface AdminApi {
  get<T>(path: string): Promise<T>;
  /** Makes an object; one of that name that is there already stays. */
  create(path: string, object: object): Promise<void>;
  /** Deletes everything in a list at once, without waiting for the nodes. */
  removeAll(path: string): Promise<void>;
}

const answerWithinMs = 10_000;
const alreadyThere = 409;

/** With the kubeconfig that kubeadm left on the first node; nothing is sent before the first question. */
export async function openAdminApi({ topology, node, connect, nodes, signal }: ClusterPlace): Promise<AdminApi> {
  const text = await runOnNode(node(controlPlaneOf(topology)), ['cat', adminKubeconfig]);
  const { clusters, users } = parse(text) as Kubeconfig;
  const [cluster] = clusters;
  const [user] = users;
  if (cluster === undefined || user === undefined) {
    throw new LabError('COMMAND_FAILED', `${adminKubeconfig} names no cluster or no user`);
  }
  const transport = httpsTransport({
    server: new URL(cluster.cluster.server),
    connect,
    tls: {
      ca: decode(cluster.cluster['certificate-authority-data']),
      cert: decode(user.user['client-certificate-data']),
      key: decode(user.user['client-key-data']),
    },
    headers: { 'content-type': 'application/json' },
    timeoutMs: answerWithinMs * nodes.patience,
    signal,
  });
  const call = async (method: string, path: string, body?: object, fine = 0) => {
    const request = { method, path, headers: {}, body: body === undefined ? undefined : JSON.stringify(body) };
    const answer = await transport(request);
    if (answer.status < 300 || answer.status === fine) return answer.body;
    throw new LabError('COMMAND_FAILED', `${method} ${path}: status ${answer.status}: ${answer.body.slice(0, 500)}`);
  };
  return {
    get: async (path) => JSON.parse(await call('GET', path)),
    create: async (path, object) => void (await call('POST', path, object, alreadyThere)),
    removeAll: async (path) => void (await call('DELETE', path, { gracePeriodSeconds: 0 })),
  };
}

/** As kubeadm writes it: one of each, everything inside. */
interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
