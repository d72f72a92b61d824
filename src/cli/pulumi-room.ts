// What Pulumi's resource DriverRoom has done by podlab's drivers, in the process that Pulumi runs it in.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Driver } from '../driver/driver.ts';
import { podlabPaths } from '../host/paths.ts';
import type { RoomInputs, RoomState } from '../infra/driver-room.ts';
import { silentReporter } from '../reporter.ts';
import type { Topology } from '../topology/topology.ts';
import { programPathOf } from './app.ts';
import { openDriver } from './drivers.ts';
import { kubeconfigOf } from './room-kubeconfig.ts';

/** The room, made or found as it is wanted. @throws LabError as the driver's `up` */
export async function make(inputs: RoomInputs): Promise<RoomState> {
  return up(inputs, false);
}

/** The room made anew, where it is another one now. */
export async function change(inputs: RoomInputs): Promise<RoomState> {
  return up(inputs, true);
}

/** The room as it is now. */
export async function look(state: RoomState): Promise<RoomState | undefined> {
  const { state: health } = await (await driverOf(JSON.parse(state.topology))).status(state.stack);
  return health === 'down' ? undefined : { ...state, health };
}

export async function remove(state: RoomState): Promise<void> {
  await (await driverOf(JSON.parse(state.topology))).down(state.stack, silentReporter);
}

async function up(inputs: RoomInputs, anew: boolean): Promise<RoomState> {
  const topology: Topology = JSON.parse(inputs.topology);
  const driver = await driverOf(topology);
  await driver.up({ topology, file: inputs.file, anew }, silentReporter);
  const { stack, nodes } = topology;
  return {
    ...inputs,
    health: 'up',
    nodes: nodes.map(({ name, nics }) => ({ name, addresses: nics.map(({ ip, prefix }) => `${ip}/${prefix}`) })),
    kubeconfig: topology.engine === 'kubernetes' ? await kubeconfigOf(driver, stack, nodes[0]?.name ?? '') : '',
  };
}

const home = resolve(fileURLToPath(new URL('../..', import.meta.url)));

function driverOf({ driver }: Topology): Promise<Driver> {
  const { env } = process;
  const uid = process.geteuid?.() ?? 0;
  const { signal } = new AbortController();
  return openDriver(driver, { paths: podlabPaths(uid, env), home, env, uid, path: programPathOf(env.PATH), signal });
}
