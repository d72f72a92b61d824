// Seats on an existing cluster, as a workshop file asks for them: everything filled in but what only the template or the cluster says.

import type { EngineName } from '../topology/topology.ts';
import type { RawKubernetes } from './kubernetes-schema.ts';

/** pod: a user namespace for each pod. node: the node's own user ids. auto: pod where every node can. */
export const userKinds = ['auto', 'pod', 'node'] as const;
export type UserKind = (typeof userKinds)[number];

export interface KubernetesPlace {
  /** Relative to the workshop file; '' for whatever the environment says. */
  readonly kubeconfig: string;
  /** '' for the current one. */
  readonly context: string;
  readonly namespace: string;
  /** '' for the one of the template's engine. */
  readonly image: string;
  readonly users: UserKind;
  readonly storage: {
    /** '' for what the engine usually needs; the same of `requests` and `limits`. */
    readonly size: string;
    /** '' for the default. */
    readonly class: string;
  };
  readonly requests: Amounts;
  readonly limits: Amounts;
  readonly ingress: Ingress | undefined;
  readonly nodePorts: NodePorts | undefined;
  /** CIDRs. */
  readonly allowFrom: readonly string[];
  readonly reach: readonly string[];
}

/** Quantities of Kubernetes; '' for what is usual. */
export interface Amounts {
  readonly cpu: string;
  readonly memory: string;
}

export interface Ingress {
  /** The seat takes the place of the star, which is in one of these: `*.lab.example`, or `/seats/*`. */
  readonly host: string;
  /** '' for the whole host. */
  readonly path: string;
  /** '' for the default. */
  readonly class: string;
  /** '' for no TLS. */
  readonly tlsSecret: string;
}

export interface NodePorts {
  /** Of a node, as participants reach it: an address or a name. */
  readonly address: string;
  /** Of seat 1; the others follow. */
  readonly first: number;
}

/** What `podlab fleet image --engine ENGINE` makes, and what a Dockerfile's image can be tagged with. */
export const seatImages: Readonly<Record<EngineName, string>> = {
  none: 'podlab.local/seat:1',
  docker: 'podlab.local/seat-docker:1',
  kubernetes: 'podlab.local/seat-kubernetes:1',
};

interface UsualNeeds {
  /** Of the volume. */
  readonly size: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/**
 * What a seat gets of which the workshop file says nothing. Seen (docs/verified.md): with engine docker 0.1 GB of memory, 0.7 GB with
 * cached files, and 6 MB on disk; a node with kubernetes 0.5 GB, 2.3 GB with cached files, and 1.3 GB on disk, most of it the
 * toolchain. Labs want room beyond that.
 */
export const usual: Readonly<Record<EngineName, UsualNeeds>> = {
  none: { size: '256Mi', requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  docker: { size: '1Gi', requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } },
  kubernetes: { size: '4Gi', requests: { cpu: '500m', memory: '2Gi' }, limits: { cpu: '4', memory: '4Gi' } },
};

export function resolveKubernetes(workshop: string, raw: RawKubernetes = {}): KubernetesPlace {
  const { kubeconfig = '', context = '', namespace = `podlab-${workshop}`, image = '', users = 'auto' } = raw;
  const { storage, requests, limits, ingress, nodePorts, allowFrom = [], reach = [] } = raw;
  return {
    ...{ kubeconfig, context, namespace, image, users, allowFrom, reach },
    storage: { size: storage?.size ?? '', class: storage?.class ?? '' },
    requests: { cpu: String(requests?.cpu ?? ''), memory: requests?.memory ?? '' },
    limits: { cpu: String(limits?.cpu ?? ''), memory: limits?.memory ?? '' },
    ingress: ingress && {
      ...{ host: ingress.host, path: ingress.path ?? '', class: ingress.class ?? '' },
      tlsSecret: ingress.tlsSecret ?? '',
    },
    nodePorts,
  };
}

/** The place with what the file leaves to the engine of the template. */
export function placeFor(place: KubernetesPlace, engine: EngineName): KubernetesPlace {
  const { size, requests, limits } = usual[engine];
  const filled = (amounts: Amounts, by: Amounts): Amounts => ({
    cpu: amounts.cpu || by.cpu,
    memory: amounts.memory || by.memory,
  });
  return {
    ...place,
    image: place.image || seatImages[engine],
    storage: { ...place.storage, size: place.storage.size || size },
    requests: filled(place.requests, requests),
    limits: filled(place.limits, limits),
  };
}
