// A room under Pulumi's mocks: what the program registers for a stack, with its options.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { UpstreamManifest } from '../../../src/cluster/cni/cni-plan.ts';
import { planCni } from '../../../src/cluster/cni/plan-cni.ts';
import { publishedManifests } from '../../../src/cluster/cni/published.ts';
import type { RoomSettings } from '../../../src/infra/room-settings.ts';
import { imageRoles, type Toolchain } from '../../../src/toolchain/toolchain.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { roomKeys } from '../../../src/vm/room-keys.ts';

export const root = join(import.meta.dirname, '..', '..', '..');

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** What the engine is told about a resource besides its inputs. */
export interface Options {
  readonly type: string;
  /** Names of the resources that each property is made of. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** Name of its provider; '' for the default one. */
  readonly provider: string;
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Names of the resources with which it is replaced. */
  readonly replaceWith: readonly string[];
  /** Name of the resource whose end is its own. */
  readonly deletedWith: string;
  readonly ignoreChanges: readonly string[];
  /** Names of the resources that are there before. */
  readonly dependsOn: readonly string[];
}

/**
 * Called once in a file: mocks belong to the process. What is registered is added to the list, options by name.
 *
 * @param anew whether a resource has been replaced: then what only its provider knows is something else
 */
export async function mockPulumi(
  options: Map<string, Options> = new Map(),
  anew: (name: string) => boolean = () => false,
): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        const isNew = anew(name);
        // A volume has the same path again; the provider names a cloud-init image by its content.
        const path = isNew && type.endsWith(':CloudinitDisk') ? `/pool/new ${name}` : `/pool/${name}`;
        const uuid = isNew ? `new uuid of ${name}` : `uuid of ${name}`;
        const stdout = isNew ? adminConf.replace('Q0E=', 'TmV3') : adminConf;
        return { id: `${name}-id`, state: { ...inputs, uuid, path, stdout, stderr: '' } };
      },
      call: ({ inputs }) => inputs,
    },
    'podlab',
    'test',
    false,
  );
  listen(options);
  return registered;
}

/** The request that the SDK sends: mocks themselves are given the inputs alone. */
interface Request {
  getName(): string;
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getReplaceWithList(): string[];
  getDeletedwith(): string;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getType(): string;
  getProvider(): string;
  getPropertydependenciesMap(): { forEach(look: (made: { getUrnsList(): string[] }, property: string) => void): void };
}

function listen(options: Map<string, Options>): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, ...rest: unknown[]): Promise<void>;
  };
  const register = monitor.registerResource.bind(monitor);
  // `urn:pulumi:STACK::PROJECT::TYPES::NAME`, of a provider with its id behind.
  const nameOf = (urn: string) => urn.split('::')[3] ?? '';
  monitor.registerResource = (request, ...rest) => {
    const dependencies = new Map<string, readonly string[]>();
    request.getPropertydependenciesMap().forEach((made, property) => {
      dependencies.set(property, made.getUrnsList().map(nameOf));
    });
    options.set(request.getName(), {
      type: request.getType(),
      dependencies,
      provider: nameOf(request.getProvider()),
      replaceOnChanges: request.getReplaceonchangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      replaceWith: request.getReplaceWithList().map(nameOf).sort(),
      deletedWith: nameOf(request.getDeletedwith()),
      ignoreChanges: request.getIgnorechangesList(),
      dependsOn: request.getDependenciesList().map(nameOf),
    });
    return register(request, ...rest);
  };
}

const adminConf = 'clusters: [{ cluster: { certificate-authority-data: Q0E=, server: "https://x" } }]\n';

export function stackTopology(stack: string): Topology {
  const file = join(root, 'stacks', `Pulumi.${stack}.yaml`);
  return loadTopology(readFileSync(file, 'utf8'), { stack, file });
}

const toolchain: Toolchain = {
  version: 'v1.36.3',
  id: 'test',
  bin: '/nowhere',
  imageRepository: 'podlab.local',
  images: Object.fromEntries(imageRoles.map((role) => [role, `podlab.local/${role}:1`])) as Toolchain['images'],
  origins: {},
};

/** Files of upstream's shape; the real ones are not in this repository. */
function upstreamOf(topology: Topology): UpstreamManifest | undefined {
  const published = publishedManifests[topology.cni.name];
  if (published === undefined) return undefined;
  const fixture = join(root, 'test', 'unit', 'cluster', 'cni', 'fixtures', `${topology.cni.name}.yml`);
  return { name: basename(published.path), text: readFileSync(fixture, 'utf8') };
}

export function roomSettings(topology: Topology, changes: Partial<RoomSettings> = {}): RoomSettings {
  return {
    uri: 'qemu:///system',
    type: 'kvm',
    image: {
      disk: '/images/disk.qcow2',
      boot: { kernel: '/images/vmlinuz', initrd: '/images/initrd', cmdline: 'root=/dev/vda rw' },
      isOnHost: false,
      foreign: undefined,
    },
    poolDirectory: `/var/lib/libvirt/images/podlab/${topology.stack}`,
    logDirectory: '/var/log/libvirt/qemu',
    defaults: { cpus: 2, memoryMiB: 2048 },
    diskGiB: 20,
    keys: roomKeys('0123456789abcdef0123456789abcdef'),
    authorizedKeys: [],
    cluster:
      topology.engine === 'kubernetes'
        ? { toolchain, cni: planCni(topology, upstreamOf(topology)), workloads: [] }
        : undefined,
    ...changes,
  };
}

/** Runs what makes resources, and waits until the engine has heard of them all. */
export async function settled<T>(make: () => T): Promise<T> {
  const made = make();
  // Not in the types, but what `disconnect` does first.
  const runtime = pulumi.runtime as unknown as { waitForRPCs(): Promise<void> };
  await runtime.waitForRPCs();
  return made;
}
