// What the program takes from the machine that it runs on: configuration, keys, the image, names of container images, manifests.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CniPlan } from '../cluster/cni/cni-plan.ts';
import { LabError } from '../error.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { kernelCommandLine } from '../image/recipe.ts';
import { imageFiles, imagePlaces, imageState, listImages } from '../image/vm-image.ts';
import type { Reporter } from '../reporter.ts';
import type { Workplace } from '../toolchain/request.ts';
import { presentToolchain, resolveToolchain } from '../toolchain/resolve-toolchain.ts';
import { imageRoles, type Toolchain } from '../toolchain/toolchain.ts';
import type { Image, Topology } from '../topology/topology.ts';
import { type RoomKeys, roomKeys, seedBytes } from '../vm/room-keys.ts';
import { fetchedImage } from './fetched-image.ts';
import type { ClusterSettings, MachineImage, RoomSettings } from './room-settings.ts';
import { workingType } from './working-type.ts';

export interface Surroundings {
  readonly workplace: Workplace;
  /** Where podlab keeps what it must remember. */
  readonly stateDir: string;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** A key of the stack's configuration, such as `vm:image`; undefined when it is not there. */
  config(key: string): string | undefined;
  /** Whether nothing is going to be made: then what is missing is no error. */
  readonly isPreview: boolean;
  readonly reporter: Reporter;
  gatherCni(topology: Topology): Promise<CniPlan>;
}

/** @throws LabError NOT_FOUND, USAGE; and for a cluster as `resolveToolchain` and the gathering of its CNI */
export async function gatherSettings(topology: Topology, at: Surroundings): Promise<RoomSettings> {
  const { stack } = topology;
  const uri = at.config('libvirt:uri') ?? 'qemu:///system';
  return {
    uri,
    type: await domainType(uri, at),
    image: await machineImage(topology, at),
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

async function machineImage(topology: Topology, at: Surroundings): Promise<MachineImage> {
  const { config, file } = at;
  const { image } = topology;
  const isOnHost = config('vm:imageOnHost') === 'true';
  if (image?.kind === 'built') return { ...(await namedImage(image.name, at)), isOnHost };
  // What the stack file says under podlab: counts before what is beside it.
  const written = image === undefined ? config('vm:image') : await pathOf(image, at);
  if (written === undefined) return { ...(await builtImage(topology.kubernetes.version, at)), isOnHost };
  if (URL.canParse(written)) return { disk: written, boot: undefined, isOnHost: false };
  const disk = resolve(dirname(file), written);
  if (!isOnHost && !existsSync(disk)) missing(`there is no machine image ${disk}`, at);
  const beside = (name: string) => join(dirname(disk), name);
  const boots = config('vm:boot') ?? (existsSync(beside(imageFiles.kernel)) ? 'kernel' : 'disk');
  const boot = {
    kernel: beside(imageFiles.kernel),
    initrd: beside(imageFiles.initrd),
    cmdline: config('vm:cmdline') ?? kernelCommandLine,
  };
  return { disk, boot: boots === 'kernel' ? boot : undefined, isOnHost };
}

async function pathOf(image: Exclude<Image, { kind: 'built' }>, at: Surroundings): Promise<string> {
  const { workplace, isPreview, reporter } = at;
  if (image.kind === 'download') return fetchedImage(image, workplace, isPreview, reporter);
  return image.path.startsWith('~/') ? join(workplace.env.HOME ?? '/', image.path.slice(2)) : image.path;
}

/** One of podlab's own images, by its name. @throws LabError NOT_FOUND, DAMAGED */
async function namedImage(name: string, at: Surroundings): Promise<Pick<MachineImage, 'disk' | 'boot'>> {
  const { image, damage } = await imageState(at.workplace.cacheDir, name, false);
  if (image === undefined) throw new LabError('DAMAGED', `machine image ${name}: ${damage}`);
  const { disk, kernel, initrd, cmdline } = image;
  return { disk, boot: { kernel, initrd, cmdline } };
}

/** The newest of podlab's own images for this version. */
async function builtImage(version: string, at: Surroundings): Promise<Pick<MachineImage, 'disk' | 'boot'>> {
  const { cacheDir } = at.workplace;
  const images = (await listImages(cacheDir)).flatMap(({ image }) => (image?.kubernetes === version ? [image] : []));
  const [newest] = images.sort((one, other) => other.builtAt - one.builtAt);
  if (newest !== undefined) {
    const { disk, kernel, initrd, cmdline } = newest;
    return { disk, boot: { kernel, initrd, cmdline } };
  }
  missing(`there is no machine image for Kubernetes ${version}`, at);
  const place = (name: string) => join(imagePlaces(cacheDir).root, version, name);
  const { disk, kernel, initrd } = imageFiles;
  return {
    disk: place(disk),
    boot: { kernel: place(kernel), initrd: place(initrd), cmdline: kernelCommandLine },
  };
}

function missing(message: string, { isPreview, reporter }: Surroundings): void {
  const hint = 'Run "podlab image build", or name a disk (qcow2) or URL with "pulumi config set vm:image".';
  if (!isPreview) throw new LabError('NOT_FOUND', message, { hint });
  reporter.warn(`${message}. ${hint}`);
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
