// What the program takes from the machine that it runs on: configuration, keys, the image, names of container images, manifests.

import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { CniPlan } from '../cluster/cni/cni-plan.ts';
import { LabError } from '../error.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import type { Workplace } from '../toolchain/request.ts';
import { presentToolchain, resolveToolchain } from '../toolchain/resolve-toolchain.ts';
import { imageRoles, type Toolchain } from '../toolchain/toolchain.ts';
import type { Topology } from '../topology/topology.ts';
import { type RoomKeys, roomKeys, seedBytes } from '../vm/room-keys.ts';
import { foreignNote } from './foreign-note.ts';
import { type ImageSurroundings, machineImage } from './machine-image.ts';
import type { ClusterSettings, RoomSettings } from './room-settings.ts';
import { workingType } from './working-type.ts';

export interface Surroundings extends ImageSurroundings {
  readonly workplace: Workplace;
  /** Where podlab keeps what it must remember. */
  readonly stateDir: string;
  gatherCni(topology: Topology): Promise<CniPlan>;
}

/** @throws LabError NOT_FOUND, USAGE; and for a cluster as `resolveToolchain` and the gathering of its CNI */
export async function gatherSettings(topology: Topology, at: Surroundings): Promise<RoomSettings> {
  const { stack } = topology;
  const uri = at.config('libvirt:uri') ?? 'qemu:///system';
  const image = await machineImage(topology, at);
  for (const line of foreignNote(topology, image)) at.reporter.info(line);
  return {
    uri,
    type: await domainType(uri, at),
    image,
    poolDirectory: at.config('vm:directory') ?? `/var/lib/libvirt/images/podlab/${stack}`,
    logDirectory: at.config('vm:logDirectory') ?? '/var/log/libvirt/qemu',
    defaults: { cpus: 2, memoryMiB: 2048 },
    diskGiB: 20,
    keys: keysOf(stack, at),
    authorizedKeys: (at.config('vm:authorizedKeys') ?? '').split('\n').filter((line) => line !== ''),
    cluster: topology.engine === 'kubernetes' ? await clusterOf(topology, at) : undefined,
  };
}

async function domainType(uri: string, { config, workplace }: Surroundings): Promise<'kvm' | 'qemu'> {
  const written = config('vm:type');
  if (written === 'kvm' || written === 'qemu') return written;
  if (written === undefined) return workingType(uri, workplace);
  throw new LabError('USAGE', `vm:type: ${written} is no type of machine`, { hint: 'Write kvm or qemu.' });
}

/** The seed of the stack file, or one that podlab makes at the first use and keeps. */
function keysOf(stack: string, { config, stateDir, isPreview }: Surroundings): RoomKeys {
  const written = config('vm:seed');
  if (written !== undefined) {
    if (Buffer.byteLength(written) >= seedBytes) return roomKeys(written);
    throw new LabError('USAGE', `vm:seed has fewer than ${seedBytes} bytes`, {
      hint: 'Run: pulumi config set --secret vm:seed "$(openssl rand -hex 32)"',
    });
  }
  const file = seedFile(stateDir, stack);
  const kept = readTextIfExists(file)?.trim();
  if (kept !== undefined && kept !== '') return roomKeys(kept);
  const seed = randomBytes(seedBytes).toString('hex');
  // Nothing is made by looking: keys that open no machine are not kept.
  if (!isPreview) writeFileAtomic(file, `${seed}\n`);
  return roomKeys(seed);
}

/** Where the seed of a stack's keys is, which `podlab exec` needs as well. */
export function seedFile(stateDir: string, stack: string): string {
  return join(stateDir, stack, 'vm-seed');
}

async function clusterOf(topology: Topology, at: Surroundings): Promise<ClusterSettings> {
  const { workplace, isPreview, reporter, file } = at;
  const request = { ...workplace, version: topology.kubernetes.version };
  const present = isPreview ? ((await presentToolchain(request)) ?? unknownToolchain(request.version)) : undefined;
  return {
    toolchain: present ?? (await resolveToolchain(request, reporter)),
    cni: await at.gatherCni(topology),
    workloads: topology.workloads.manifests.map((path) => {
      const text = readTextIfExists(resolve(dirname(file), path));
      if (text !== undefined) return { file: path, text };
      throw new LabError('NOT_FOUND', `podlab:workloads: there is no ${resolve(dirname(file), path)}`, {
        hint: 'Paths of manifests are relative to the stack file.',
      });
    }),
  };
}

/** For a preview before the toolchain was prepared: the machines will be new anyhow. */
function unknownToolchain(version: string): Toolchain {
  const images = Object.fromEntries(imageRoles.map((role) => [role, `podlab.local/${role}:unknown`]));
  const named = images as Toolchain['images'];
  return { version, id: '', bin: '', imageRepository: 'podlab.local', images: named, origins: {} };
}
