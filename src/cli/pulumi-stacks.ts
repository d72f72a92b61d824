// The Pulumi stacks of a workshop's seats, as `fleet up` itself would make them.

import { LabError } from '../error.ts';
import { renderClusterStack } from '../fleet/cluster-stack.ts';
import type { Seat } from '../fleet/workshop.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';

export interface PulumiStack {
  readonly stack: string;
  /** Which libvirt, or which context of a kubeconfig and which namespace. */
  readonly host: string;
  /** CIDRs of the seat's own; none on a cluster. */
  readonly networks: readonly string[];
  readonly text: string;
}

/** @throws LabError USAGE for a place that has none; HOST_UNSUITABLE, STACK_INVALID */
export async function pulumiStacks(app: App, fleet: Fleet, seats: readonly Seat[]): Promise<readonly PulumiStack[]> {
  const { place } = fleet.workshop;
  if (place === 'libvirt') return Promise.all(seats.map((seat) => machineStack(fleet, seat)));
  if (place === 'kubernetes') return clusterStacks(app, fleet, seats);
  throw new LabError('USAGE', `seats with place: ${place} are no Pulumi stacks`, {
    hint: 'Write place: libvirt or place: kubernetes in the workshop file.',
  });
}

async function machineStack(fleet: Fleet, seat: Seat): Promise<PulumiStack> {
  const { topology, text } = await fleet.stackOf(seat);
  const networks = topology.networks.map(({ cidr }) => cidr);
  return { stack: seat.stack, host: fleet.hostOf(seat), networks, text };
}

async function clusterStacks(app: App, fleet: Fleet, seats: readonly Seat[]): Promise<readonly PulumiStack[]> {
  const { openWorkshopCluster, planSeats } = await import('./kubernetes-plan.ts');
  const { cluster, kubernetes } = await openWorkshopCluster(app, fleet);
  const { hasOwnUsers, hasClaims, ownsNamespace } = await planSeats(app, fleet, cluster);
  const { workshop, file } = fleet;
  const template = (await fleet.stackOf(workshop.seats[0] as Seat)).file;
  const facts = { workshop: workshop.name, file, template, hasOwnUsers, hasClaims, ownsNamespace };
  // What all share is a stack of the workshop's own name, and has to be made first.
  return [undefined, ...seats].map((seat) => ({
    stack: seat?.stack ?? workshop.name,
    host: `${cluster.context}/${kubernetes.namespace}`,
    networks: [],
    text: renderClusterStack({ ...facts, seat }),
  }));
}
