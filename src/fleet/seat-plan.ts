// What the objects of a workshop are made from, and the names that they share.

import type { EngineName } from '../topology/topology.ts';
import type { KubernetesPlace, NodePorts } from './kubernetes-place.ts';
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

/** Key of the ConfigMap that holds what the workshop says: its labs, hints and times. */
export const policyKey = 'workshop.json';

/** Where a seat finds that, and the hash of its token. */
export const seatDir = '/workshop/seat';

/** The Secret with the hash of each seat's token, by the seat. */
export function tokensName(workshop: string): string {
  return `${workshop}-tokens`;
}

/** The address of the page of a seat; '' when there is none but a forwarded port. */
export function pageUrl({ ingress, nodePorts }: KubernetesPlace, { stack, number }: Seat): string {
  if (nodePorts !== undefined) return `http://${nodePorts.address}:${nodePortOf(nodePorts, number)}/`;
  if (ingress === undefined) return '';
  const scheme = ingress.tlsSecret === '' ? 'http' : 'https';
  return `${scheme}://${ingress.host.replace('*', stack)}${ingress.path.replace('*', stack)}/`;
}

export function nodePortOf({ first }: NodePorts, seat: number): number {
  return first + seat - 1;
}
