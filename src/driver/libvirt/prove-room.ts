// Whether the cluster of a room of virtual machines is ready, by the definition that every room has.

import { randomBytes } from 'node:crypto';
import type { ClusterPlace } from '../../cluster/cluster-place.ts';
import { type Phase, Phases } from '../../cluster/phases.ts';
import { proveReady } from '../../cluster/start-cluster.ts';
import { machineNodes } from '../../infra/machine-nodes.ts';
import type { RoomSettings } from '../../infra/room-settings.ts';
import type { VmRecord } from '../../infra/vm-record.ts';
import type { Reporter } from '../../reporter.ts';
import { gatherRoom, type RoomRequest } from './gather-room.ts';
import { connectInside, machineExecutor } from './way-in.ts';

/** Waits until the cluster of machines that were put back is ready, by the same definition as when it was made. */
export async function proveRoom(request: RoomRequest, reporter: Reporter): Promise<readonly Phase[]> {
  const { settings, record } = await gatherRoom(request, false, reporter);
  return proveMachines(request, settings, record, reporter);
}

/** Nothing for machines without a cluster. */
export async function proveMachines(
  request: RoomRequest,
  { cluster, keys }: RoomSettings,
  record: VmRecord,
  reporter: Reporter,
): Promise<readonly Phase[]> {
  if (cluster === undefined) return [];
  const phases = new Phases();
  const place = placeOf(request, record, { toolchain: cluster.toolchain, bootstrapToken: keys.bootstrapToken });
  await proveReady({ place, phases, reporter, run: randomBytes(3).toString('hex') });
  return phases.all;
}

/** The machines, as those see them who know clusters. */
function placeOf(
  request: RoomRequest,
  record: VmRecord,
  known: Pick<ClusterPlace, 'toolchain' | 'bootstrapToken'>,
): ClusterPlace {
  const { topology, signal } = request;
  const machines = new Map(topology.nodes.map(({ name }) => [name, machineExecutor(record, name, request)]));
  return {
    ...known,
    topology,
    signal,
    node: (name) => machines.get(name) ?? machineExecutor(record, name, request),
    connect: async (host, port) => connectInside(record, host, port, request),
    nodes: machineNodes(record.type),
  };
}
