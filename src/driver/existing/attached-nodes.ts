// The nodes of a cluster that podlab is attached to, and its API.

import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import type { ClusterApi } from '../../cluster/api/cluster-api.ts';
import { openApi } from '../../cluster/api/open-api.ts';
import { ownKubeconfig } from '../../cluster/api/own-kubeconfig.ts';
import { clusterAddressOf } from '../../cluster/cluster-place.ts';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import type { Argv, Executor } from '../../host/host.ts';
import type { Paths } from '../../host/paths.ts';
import { runProgram } from '../../host/run.ts';
import { connectTcp } from '../../host/tcp.ts';
import type { NodeAccess, Topology } from '../../topology/topology.ts';
import type { AttachedRecord } from './attached-record.ts';
import { debugPodName } from './debug-pods.ts';
import type { NodeWay } from './node-way.ts';
import { type RunHere, wayExecutor } from './way-executor.ts';

/** What these drivers get from the machine. */
export interface HereOptions {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
  readonly signal?: AbortSignal;
}

const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment on a node. */
export function nodeEnv({ topology, env }: AttachedRecord, name: string): Readonly<Record<string, string>> {
  const { PATH: more = '', ...others } = env[name] ?? {};
  return {
    PATH: more === '' ? programPath : `${more}:${programPath}`,
    HOME: '/root',
    USER: 'root',
    LC_ALL: 'C.UTF-8',
    ...others,
    PODLAB_STACK: topology.stack,
    PODLAB_NODE: name,
  };
}

/** @throws LabError NOT_FOUND */
export function wayTo(
  record: Pick<AttachedRecord, 'topology' | 'file' | 'kubeconfig' | 'context'>,
  name: string,
  options: HereOptions,
): NodeWay {
  const { topology, file, kubeconfig, context } = record;
  if (topology.nodes.every((node) => node.name !== name)) {
    throw new LabError('NOT_FOUND', `stack "${topology.stack}" has no node "${name}"`, {
      hint: `It has: ${topology.nodes.map((node) => node.name).join(', ')}.`,
    });
  }
  const access = accessOf(topology);
  const address = clusterAddressOf(topology, name);
  // Another user, port or jump is another connection, also while the old one is still open.
  const connection = JSON.stringify([topology.stack, name, address, access]);
  const socket = createHash('sha256').update(connection).digest('hex').slice(0, 12);
  return {
    name,
    address,
    access,
    kubectl: ['kubectl', '--kubeconfig', kubeconfig, ...(context === '' ? [] : ['--context', context])],
    pod: debugPodName(topology.stack, name),
    keyFile: access.by === 'ssh' && access.key !== '' ? fromStackFile(file, access.key, options.env) : '',
    controlPath: join(options.paths.runtime, `ssh-${socket}`),
  };
}

/** minikube's own nodes are reached through it. */
function accessOf({ stack, existing }: Topology): NodeAccess {
  return existing?.access ?? { by: 'minikube', profile: stack };
}

/** Programs of this machine, with the person's own environment: their kubectl, ssh and minikube read much of it. */
export function runHere({ env, path, signal }: HereOptions): RunHere {
  const own = ownEnv(env, path);
  return (argv, more) =>
    runProgram(argv, { ...(signal === undefined ? {} : { signal }), ...more, env: { ...own, ...more.env } });
}

export function ownEnv(
  env: Readonly<Record<string, string | undefined>>,
  path: string,
): Readonly<Record<string, string>> {
  const set = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(set), PATH: path };
}

export function nodeExecutor(record: AttachedRecord, name: string, options: HereOptions): Executor {
  return wayExecutor(runHere(options), wayTo(record, name, options), nodeEnv(record, name));
}

/** The API with the record's kubeconfig. @throws LabError NOT_FOUND, USAGE, PROBE_FAILED */
export async function attachedApi(
  { kubeconfig, context }: Pick<AttachedRecord, 'kubeconfig' | 'context'>,
  { signal }: HereOptions,
): Promise<ClusterApi> {
  const text = ownKubeconfig(kubeconfig, context, readTextIfExists);
  return openApi(text, connectHere, signal === undefined ? {} : { signal });
}

/** The API server of such a cluster is reached from this machine as it is. */
export function connectHere(host: string, port: number): Promise<Duplex> {
  return connectTcp(host, port);
}

/** A path as stack files have it. */
export function fromStackFile(file: string, path: string, env: Readonly<Record<string, string | undefined>>): string {
  return path.startsWith('~/') ? join(env.HOME ?? '/', path.slice(2)) : resolve(dirname(file), path);
}

/** What every node is asked once: who podlab is there, and what of a cluster's administration it has. */
export async function lookAtNode(executor: Executor): Promise<Readonly<Record<string, string>>> {
  const argv: Argv = ['sh', '-c', lookScript];
  const { exitCode, stdout, stderr } = await executor.run(argv);
  const [uid = '', kubeconfig = '', path = ''] = stdout.split('\n');
  if (exitCode !== 0 || uid !== '0') {
    throw new LabError(
      'HOST_UNSUITABLE',
      `node "${executor.name}": podlab is not root there: ${stderr.trim() || `user ${uid}`}`,
      {
        hint: 'Use another user, or another access, under podlab:existing.',
      },
    );
  }
  return { ...(kubeconfig === '' ? {} : { KUBECONFIG: kubeconfig }), ...(path === '' ? {} : { PATH: path }) };
}

// kubeadm's place and minikube's; directories with kubectl that are on nobody's PATH.
const lookScript = `id -u
first() { for one; do [ -e "$one" ] && { echo "$one"; return; }; done; echo; }
first /etc/kubernetes/admin.conf /var/lib/minikube/kubeconfig
dirname "$(first /opt/podlab/bin/kubectl /var/lib/minikube/binaries/*/kubectl)" | grep -vx . || true
`;
