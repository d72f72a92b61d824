// The Pulumi program: what `pulumi up` runs for the stack that is selected.

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config, getStack, log, type Output, runtime, secret } from '@pulumi/pulumi';
import { gatherCni } from '../cluster/cni/gather-cni.ts';
import { LabError } from '../error.ts';
import { clusterKeys } from '../fleet/cluster-stack.ts';
import { readTextIfExists } from '../host/files.ts';
import { podlabPaths } from '../host/paths.ts';
import type { Reporter } from '../reporter.ts';
import { loadTopology } from '../topology/load-topology.ts';
import type { DriverName, Topology } from '../topology/topology.ts';
import { DriverRoom } from './driver-room.ts';
import { gatherSettings } from './gather-settings.ts';
import { LabMinikube } from './lab-minikube.ts';
import { labRoom } from './lab-room.ts';
import { keepVmRecord } from './vm-record.ts';

const { env } = process;
const home = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const uid = process.geteuid?.() ?? 0;
const paths = podlabPaths(uid, env);
const stack = getStack();
const file = join(home, 'stacks', `Pulumi.${stack}.yaml`);

const reporter: Reporter = {
  step: (title, work) => {
    void log.info(title);
    return work(() => {});
  },
  info: (message) => void log.info(message),
  warn: (message) => void log.warn(message),
};

const workplace = {
  cacheDir: paths.cache,
  home,
  path: env.PATH ?? '',
  env,
  uid,
  signal: new AbortController().signal,
};

const config = (key: string): string | undefined => {
  const [namespace = '', name = ''] = key.split(':');
  return new Config(namespace).get(name);
};

interface Made {
  readonly nodes?: unknown;
  readonly kubeconfig?: Output<string> | undefined;
  readonly objects?: readonly string[];
}

const isPreview = runtime.isDryRun();
const { kubeconfig, ...made }: Made = config(clusterKeys.workshop) === undefined ? await room() : await seat();
// Pulumi warns of every output that has a name and no value.
export default { ...made, ...(kubeconfig === undefined ? {} : { kubeconfig: secret(kubeconfig) }) };

/** What the stack file describes. */
async function room(): Promise<Made> {
  const text = readTextIfExists(file);
  if (text === undefined) throw new LabError('NOT_FOUND', `there is no stack file ${file}`);
  const topology = loadTopology(text, { stack, file });
  const rooms: Readonly<Record<DriverName, (topology: Topology) => Made | Promise<Made>>> = {
    libvirt: machines,
    minikube: byMinikube,
    // What the drivers of podlab make without libvirt.
    sandbox: byDriver,
    existing: byDriver,
  };
  return rooms[topology.driver](topology);
}

/** A seat on a cluster, for stacks that name a workshop. Loaded here: rooms need nothing of it. */
async function seat(): Promise<Made> {
  const { workshopProgram } = await import('./workshop-program.ts');
  return { objects: workshopProgram(config) };
}

async function machines(topology: Topology) {
  const settings = await gatherSettings(topology, {
    workplace,
    stateDir: paths.state,
    file,
    config,
    isPreview,
    reporter,
    gatherCni: cniOf,
  });
  const { uri, type, poolDirectory, logDirectory } = settings;
  // So that "podlab exec" and the labs find this room too. What is made from other settings is left to Pulumi.
  const record = { version: 1, topology, file, from: '', uri, type, poolDirectory, logDirectory } as const;
  if (!isPreview) {
    const whole = { ...record, since: Date.now(), complete: true, hasReadyState: false };
    keepVmRecord(paths.state, whole, settings.keys);
  }
  return labRoom(topology, settings);
}

async function byMinikube(topology: Topology) {
  const isOwn = topology.cni.name === 'none' || topology.cni.name === 'bridge';
  const cni = isOwn ? undefined : await cniOf(topology);
  const args = { topology, directory: join(paths.state, stack), cni };
  const { kubeconfig } = new LabMinikube('minikube', args);
  return { nodes: addressesOf(topology), kubeconfig };
}

function byDriver(topology: Topology) {
  const door = join(home, 'src', 'cli', 'pulumi-room.ts');
  const { nodes, kubeconfig } = new DriverRoom('room', { door, file, topology });
  return { nodes, kubeconfig: topology.engine === 'kubernetes' ? kubeconfig : undefined };
}

function cniOf(one: Topology) {
  return gatherCni(one, join(home, 'stacks'), workplace, reporter);
}

function addressesOf({ nodes }: Topology) {
  return nodes.map(({ name, nics }) => ({ name, addresses: nics.map(({ ip, prefix }) => `${ip}/${prefix}`) }));
}
