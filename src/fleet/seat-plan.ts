// What the objects of a workshop are made from, and the names that they share.

import type { EngineName } from '../topology/topology.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';
import type { Seat, Workshop } from './workshop.ts';

/** As the API takes it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface SeatPlan {
  readonly workshop: Workshop & { readonly kubernetes: KubernetesPlace };
  /** The stack file of every seat. */
  readonly template: { readonly text: string; readonly engine: EngineName };
  /** Whether pods have user ids of their own. */
  readonly hasOwnUsers: boolean;
  /** Whether a volume can be claimed; without, progress lives as long as the pod. */
  readonly hasClaims: boolean;
  /** False for a namespace that somebody else made: it is used as it is. */
  readonly ownsNamespace: boolean;
}

/** What everything of a workshop carries, and what `fleet down` goes by. */
export const workshopLabel = 'podlab/workshop';
export const seatLabel = 'podlab/seat';

/** Key of the ConfigMap that holds the template. */
export const stackKey = 'stack.yaml';

/** Where the page of a seat listens in its pod. */
export const pagePort = 8080;

/** The one container of a seat's pod. */
export const seatContainer = 'seat';

/** In the image: its first process, and the way in for commands (seat/podlab-seat). */
export const seatProgram = '/usr/local/bin/podlab-seat';

/** The name at which the page of a seat is reached; '' without an Ingress. */
export function pageHost({ ingress }: KubernetesPlace, { stack }: Seat): string {
  return ingress === undefined ? '' : ingress.host.replace('*', stack);
}
