// What a room of virtual machines is made from: its settings, what podlab will remember of it, its Pulumi program.

import { dirname } from 'node:path';
import { gatherCni } from '../../cluster/cni/gather-cni.ts';
import { readTextIfExists } from '../../host/files.ts';
import { gatherSettings } from '../../infra/gather-settings.ts';
import type { RoomSettings } from '../../infra/room-settings.ts';
import { stackConfig } from '../../infra/stack-config.ts';
import { madeFrom, type VmRecord } from '../../infra/vm-record.ts';
import type { Reporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import type { DriverOptions } from '../driver-options.ts';

export interface RoomRequest extends DriverOptions {
  readonly topology: Topology;
  /** Absolute path of the stack file. */
  readonly file: string;
}

/** @param isPreview whether nothing is going to be made: then what is missing is no error */
export async function gatherRoom(
  { topology, file, paths, home, path, env, uid, signal }: RoomRequest,
  isPreview: boolean,
  reporter: Reporter,
): Promise<{ readonly settings: RoomSettings; readonly record: VmRecord }> {
  const config = stackConfig(readTextIfExists(file) ?? '', file);
  const workplace = { cacheDir: paths.cache, home, path, env, uid, signal };
  const settings = await gatherSettings(topology, {
    workplace,
    stateDir: paths.state,
    file,
    config: (key) => config.get(key),
    isPreview,
    reporter,
    gatherCni: (one) => gatherCni(one, dirname(file), workplace, reporter),
  });
  const { uri, type, poolDirectory, logDirectory } = settings;
  const from = madeFrom(topology, config);
  const since = Date.now();
  const made = { version: 1, topology, file, from, uri, type, poolDirectory, logDirectory } as const;
  return { settings, record: { ...made, since, complete: true, hasReadyState: false } };
}

/** Loaded here: nobody else needs Pulumi's resources, and they take a second. */
export async function programOf(topology: Topology, settings: RoomSettings) {
  const { labRoom } = await import('../../infra/lab-room.ts');
  const { secret } = await import('@pulumi/pulumi');
  return async () => {
    const { nodes, kubeconfig } = labRoom(topology, settings);
    return { nodes, kubeconfig: kubeconfig && secret(kubeconfig) };
  };
}
