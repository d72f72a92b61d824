// A cluster that is there already, by its kubeconfig: objects applied, listed and removed, commands in its pods.

import type { Duplex } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { LabError } from '../../error.ts';
import type { Argv, RunOptions, RunResult } from '../../host/host.ts';
import type { ApiAnswer, Transport } from './cluster-api.ts';
import { transportOf } from './open-api.ts';
import { type Patience, patientTransport, usualPatience } from './patient-transport.ts';
import { execInPod, type FollowOptions, followInPod, type PodContainer } from './pod-exec.ts';

/** An object as the API takes it and gives it back. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * Every call throws LabError PROBE_FAILED when no answer comes, COMMAND_FAILED with what the server says against it. A server
 * that is slow or busy is asked again: all of these can be asked twice, but for `exec`.
 */
export interface KubeconfigCluster {
  /** Name of the context. */
  readonly context: string;
  /** Undefined when there is no such object. */
  get<T>(path: string): Promise<T | undefined>;
  /** The items of a list; none when the cluster does not know the kind. */
  list<T>(path: string, labels: string): Promise<readonly T[]>;
  /** Makes an object or brings it to what is given, as the field manager `podlab` (server-side apply). */
  apply(object: ApiObject): Promise<void>;
  /** Deletes exactly this object, with what it owns; false when it is gone already, or on its way. */
  remove(path: string, uid: string | undefined): Promise<boolean>;
  /** Runs a program in a container. A program that fails is a value. */
  exec(container: PodContainer, argv: Argv, options?: RunOptions): Promise<RunResult>;
  /**
   * Runs a program for as long as it prints lines; ends when it does or the way there does, and never rejects.
   *
   * @returns why it could not be begun; '' when it was
   */
  follow(container: PodContainer, argv: Argv, options: FollowOptions): Promise<string>;
}

export interface KubeconfigOptions {
  /** Absolute path. */
  readonly file: string;
  /** '' for the current one. */
  readonly context: string;
  connect(host: string, port: number): Promise<Duplex>;
  readonly signal: AbortSignal;
  /** Is told when an answer is waited for longer than usual, and why. */
  onWait(why: string): void;
  readonly patience?: Patience;
}

/** Nothing is sent before the first question. @throws LabError USAGE for a file or context that is not there */
export async function openKubeconfig({
  file,
  context,
  connect,
  signal,
  onWait,
  patience = usualPatience,
}: KubeconfigOptions): Promise<KubeconfigCluster> {
  const config = await readConfig(file, context);
  const transport = patientTransport(await transportOf(config, connect, { signal }), patience, onWait);
  return {
    context: config.getCurrentContext(),
    get: async (path) => {
      const answer = await ask(transport, 'GET', path);
      return answer === undefined ? undefined : JSON.parse(answer.body);
    },
    list: async (path, labels) => {
      const answer = await ask(transport, 'GET', `${path}?labelSelector=${encodeURIComponent(labels)}`);
      return answer === undefined ? [] : JSON.parse(answer.body).items;
    },
    apply: async (object) => {
      const path = `${pathOf(object)}?fieldManager=podlab&force=true`;
      const type = { 'content-type': 'application/apply-patch+yaml' };
      if ((await ask(transport, 'PATCH', path, object, type)) === undefined) {
        throw new LabError('COMMAND_FAILED', `PATCH ${path}: the cluster has no such place`);
      }
    },
    remove: async (path, uid) => {
      const body = {
        propagationPolicy: 'Background',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      };
      const type = { 'content-type': 'application/json' };
      return (await ask(transport, 'DELETE', path, body, type, [404, 409])) !== undefined;
    },
    exec: (container, argv, options = {}) => execInPod(config, container, argv, { signal, ...options }),
    follow: (container, argv, options) => followInPod(config, container, argv, options),
  };
}

/** Where objects of the kinds that podlab applies are, by kind. */
const collections: Readonly<Record<string, readonly [api: string, plural: string]>> = {
  Namespace: ['/api/v1', 'namespaces'],
  ConfigMap: ['/api/v1', 'configmaps'],
  Secret: ['/api/v1', 'secrets'],
  Service: ['/api/v1', 'services'],
  PersistentVolumeClaim: ['/api/v1', 'persistentvolumeclaims'],
  Pod: ['/api/v1', 'pods'],
  Deployment: ['/apis/apps/v1', 'deployments'],
  ReplicaSet: ['/apis/apps/v1', 'replicasets'],
  Ingress: ['/apis/networking.k8s.io/v1', 'ingresses'],
  NetworkPolicy: ['/apis/networking.k8s.io/v1', 'networkpolicies'],
};

/** @param namespace '' for all of them, and for kinds without */
export function collectionPath(kind: string, namespace: string): string {
  const [api, plural] = collections[kind] ?? [];
  if (api === undefined) throw new Error(`no path is known for kind ${kind}`);
  return namespace === '' ? `${api}/${plural}` : `${api}/namespaces/${namespace}/${plural}`;
}

export function pathOf({ kind = '', metadata }: ApiObject): string {
  return `${collectionPath(kind, metadata.namespace ?? '')}/${metadata.name}`;
}

async function readConfig(file: string, context: string): Promise<KubeConfig> {
  // A quarter of a second: only for those who ask a cluster.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (cause) {
    throw new LabError('USAGE', `${file} is no readable kubeconfig: ${(cause as Error).message}`, {
      hint: 'Name one in the workshop file (kubernetes: { kubeconfig: … }) or in KUBECONFIG.',
      cause,
    });
  }
  if (context !== '') config.setCurrentContext(context);
  const known = config.getContexts().map(({ name }) => name);
  if (known.includes(config.getCurrentContext())) return config;
  throw new LabError('USAGE', `${file} has no context "${config.getCurrentContext()}"`, {
    hint: `It has: ${known.join(', ')}.`,
  });
}

/**
 * Undefined for what is not there.
 *
 * @param absent status codes that say so: also 409, of something else by that name, and of a namespace that is being removed
 */
async function ask(
  transport: Transport,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
  absent: readonly number[] = [404],
): Promise<ApiAnswer | undefined> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await transport({ method, path, headers, body: text });
  if (answer.status < 300) return answer;
  if (absent.includes(answer.status)) return undefined;
  throw new LabError('COMMAND_FAILED', `${method} ${path}: status ${answer.status}: ${messageOf(answer.body)}`, {
    hint: [401, 403].includes(answer.status)
      ? 'Your kubeconfig does not permit it: ask who administers the cluster.'
      : '',
  });
}

/** The message of a Status object, or the beginning of whatever else was sent. */
function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not every server in front of the API answers in JSON.
  }
  return body.trim().slice(0, 300);
}
