// What the seats of a workshop will be on the cluster that it names: its file, its template, and what the cluster can do.

import { once } from 'node:events';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  type ApiObject,
  collectionPath,
  type KubeconfigCluster,
  openKubeconfig,
} from '../cluster/api/kubeconfig-cluster.ts';
import { LabError } from '../error.ts';
import { type KubernetesPlace, placeFor, seatImages } from '../fleet/kubernetes-place.ts';
import { type SeatPlan, workshopLabel } from '../fleet/seat-plan.ts';
import type { Seat } from '../fleet/workshop.ts';
import { readTextIfExists } from '../host/files.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';

export async function openWorkshopCluster(
  app: App,
  { workshop, file }: Fleet,
): Promise<{ readonly cluster: KubeconfigCluster; readonly kubernetes: KubernetesPlace }> {
  const { kubernetes } = workshop;
  if (kubernetes === undefined) throw new Error('a workshop for another place');
  const { kubeconfig, context } = kubernetes;
  const [first = ''] = (app.env.KUBECONFIG ?? '').split(':');
  const usual = first === '' ? join(app.env.HOME ?? homedir(), '.kube', 'config') : resolve(first);
  const reporter = await app.reporter();
  const cluster = await openKubeconfig({
    file: kubeconfig === '' ? usual : resolve(dirname(file), kubeconfig),
    context,
    signal: app.signal,
    onWait: (why) => reporter.warn(`${why}; asked again`),
    connect: async (host, port) => {
      const socket = connect(port, host);
      await once(socket, 'connect');
      return socket;
    },
  });
  return { cluster, kubernetes };
}

/** Says what the cluster cannot do, and what a seat's power is. @throws LabError HOST_UNSUITABLE */
export async function planSeats(app: App, fleet: Fleet, cluster: KubeconfigCluster): Promise<SeatPlan> {
  const { workshop } = fleet;
  const { kubernetes } = workshop;
  if (kubernetes === undefined) throw new Error('a workshop for another place');
  const { topology, file } = await fleet.stackOf(workshop.seats[0] as Seat);
  const { engine } = topology;
  if (engine !== 'none' && kubernetes.image === seatImages.none) {
    throw new LabError('HOST_UNSUITABLE', `image ${seatImages.none} has nothing for seats with engine ${engine}`, {
      hint: `Make one with "podlab fleet image --engine ${engine}", and leave image: out of the workshop file.`,
    });
  }
  const plan = {
    workshop: { ...workshop, kubernetes: placeFor(kubernetes, engine) },
    template: { text: readTextIfExists(file) ?? '', engine },
    hasOwnUsers: engine === 'none' && (await hasOwnUsers(cluster, kubernetes)),
    hasClaims: kubernetes.storage.class !== '' || (await hasDefaultClass(cluster)),
    ownsNamespace: await isOurs(cluster, workshop.name, kubernetes.namespace),
  };
  const reporter = await app.reporter();
  for (const note of notesOn(plan)) reporter.info(note);
  return plan;
}

function notesOn({ workshop, template, hasOwnUsers: own, hasClaims, ownsNamespace }: SeatPlan): readonly string[] {
  const power =
    template.engine !== 'none'
      ? `seats are privileged, because engine ${template.engine} needs real root: whoever sits there can take over its node`
      : own
        ? 'seats have user ids of their own (hostUsers: false)'
        : "seats have the node's user ids; each begins with CAP_SYS_ADMIN, and gives it up before anybody sits down";
  return [
    power,
    ...(hasClaims ? [] : ['there is no default StorageClass: progress lives as long as the pod of a seat']),
    ...(ownsNamespace
      ? []
      : [`namespace ${workshop.kubernetes.namespace} is somebody else's: used as it is, and kept`]),
  ];
}

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly runtimeHandlers?: readonly {
      readonly name?: string;
      readonly features?: { readonly userNamespaces?: boolean };
    }[];
  };
}

async function hasOwnUsers(cluster: KubeconfigCluster, { users }: KubernetesPlace): Promise<boolean> {
  if (users === 'node') return false;
  const nodes = await permitted(() => cluster.list<Node>('/api/v1/nodes', ''));
  const without = nodes.filter(({ spec, status }) => spec?.unschedulable !== true && !canMapUsers(status));
  if (users === 'auto') return nodes.length > 0 && without.length === 0;
  if (without.length === 0) return true;
  throw new LabError(
    'HOST_UNSUITABLE',
    `users: pod, but ${without.map(({ metadata }) => metadata.name).join(', ')} can't give pods user ids of their own`,
    { hint: 'That takes containerd 2 or CRI-O 1.25, and runc 1.2 or crun 1.9. Or write users: node.' },
  );
}

/** The runtime's own word for its default handler, in every node's status. */
function canMapUsers(status: Node['status']): boolean {
  const [usual] = (status?.runtimeHandlers ?? []).filter(({ name = '' }) => name === '');
  return usual?.features?.userNamespaces === true;
}

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

async function hasDefaultClass(cluster: KubeconfigCluster): Promise<boolean> {
  const path = '/apis/storage.k8s.io/v1/storageclasses';
  const classes = await permitted(() =>
    cluster.list<{ metadata: { annotations?: Readonly<Record<string, string>> } }>(path, ''),
  );
  return classes.some(({ metadata }) => metadata.annotations?.[defaultClass] === 'true');
}

async function isOurs(cluster: KubeconfigCluster, workshop: string, namespace: string): Promise<boolean> {
  const path = `${collectionPath('Namespace', '')}/${namespace}`;
  const [is] = await permitted(async () => {
    const there = await cluster.get<ApiObject>(path);
    return [there === undefined || there.metadata.labels?.[workshopLabel] === workshop];
  });
  return is ?? false;
}

/** Who has one namespace only may not look at the cluster; then nothing is known of it. */
async function permitted<T>(list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof LabError && error.code === 'COMMAND_FAILED') return [];
    throw error;
  }
}
