// Seats on an existing cluster, as a workshop file asks for them: everything filled in but what only the cluster can say.

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
  readonly image: string;
  readonly users: UserKind;
  readonly storage: {
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

/** Quantities of Kubernetes. */
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

/** What `podlab fleet image` makes, and what a Dockerfile's image can be tagged with. */
export const seatImage = 'podlab.local/seat:1';

export function resolveKubernetes(workshop: string, raw: RawKubernetes = {}): KubernetesPlace {
  const { kubeconfig = '', context = '', namespace = `podlab-${workshop}`, image = seatImage, users = 'auto' } = raw;
  const { storage, requests, limits, ingress, nodePorts, allowFrom = [], reach = [] } = raw;
  return {
    ...{ kubeconfig, context, namespace, image, users, allowFrom, reach },
    storage: { size: storage?.size ?? '256Mi', class: storage?.class ?? '' },
    requests: { cpu: String(requests?.cpu ?? '100m'), memory: requests?.memory ?? '256Mi' },
    limits: { cpu: String(limits?.cpu ?? '2'), memory: limits?.memory ?? '1Gi' },
    ingress: ingress && {
      ...{ host: ingress.host, path: ingress.path ?? '', class: ingress.class ?? '' },
      tlsSecret: ingress.tlsSecret ?? '',
    },
    nodePorts,
  };
}
