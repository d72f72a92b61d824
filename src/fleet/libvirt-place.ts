// Seats as virtual machines on libvirt hosts, as a workshop file asks for them: everything filled in.

import { parseMemoryMiB } from '../topology/units.ts';
import type { RawLibvirt } from './libvirt-schema.ts';

export const machineTypes = ['kvm', 'qemu'] as const;
export type MachineType = (typeof machineTypes)[number];

export interface LibvirtPlace {
  /** At least one, in the order of the file; no two have the same URI. */
  readonly hosts: readonly SeatHost[];
  /** Canonical CIDR that all seats take their networks from. */
  readonly cidr: string;
  /** Rooms that are made at the same time on one host. */
  readonly parallel: number;
}

export interface SeatHost {
  readonly uri: string;
  /** What the machines of seats may take there; 0 when the file does not say. */
  readonly memoryMiB: number;
  readonly cpus: number;
  /** '' for what podlab finds out itself. */
  readonly type: MachineType | '';
  /** Above the directories of the rooms' disks; '' for what the template says. */
  readonly directory: string;
}

/** libvirt of this machine, with as much as it has. */
const thisMachine: NonNullable<RawLibvirt['hosts']>[number] = { uri: 'qemu:///system' };

/** 512 seats with two networks of 256 addresses, where neither Kubernetes, Docker, libvirt nor minikube has its own. */
export const usualCidr = '10.200.0.0/14';

/** Making one is mostly waiting for machines to boot; of more, the disk is the limit. */
export const usualParallel = 2;

export function resolveLibvirt(raw: RawLibvirt = {}): LibvirtPlace {
  const { hosts = [thisMachine], cidr = usualCidr, parallel = usualParallel } = raw;
  return {
    hosts: hosts.map(({ uri, memory, cpus = 0, type, directory = '' }): SeatHost => {
      return { uri, memoryMiB: memory === undefined ? 0 : parseMemoryMiB(memory), cpus, type: type ?? '', directory };
    }),
    ...{ cidr, parallel },
  };
}
