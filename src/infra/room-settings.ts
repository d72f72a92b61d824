// What a room of virtual machines takes besides its topology.

import type { CniPlan } from '../cluster/cni/cni-plan.ts';
import type { Manifest } from '../cluster/workloads.ts';
import type { Toolchain } from '../toolchain/toolchain.ts';
import type { RoomKeys } from '../vm/room-keys.ts';

export interface RoomSettings {
  /** Which libvirt: `qemu:///system` for this machine, `qemu+ssh://USER@HOST/system` for another. */
  readonly uri: string;
  /** `kvm`, or `qemu` for emulation, which runs everywhere and takes ten times as long. */
  readonly type: 'kvm' | 'qemu';
  readonly image: MachineImage;
  /** Directory on libvirt's machine for the room's disks; made when it is not there, and not removed. */
  readonly poolDirectory: string;
  /** Directory on libvirt's machine for what the machines say on their serial consoles. */
  readonly logDirectory: string;
  /** Used where a node does not say. */
  readonly defaults: { readonly cpus: number; readonly memoryMiB: number };
  readonly diskGiB: number;
  readonly keys: RoomKeys;
  /** Further public keys that open the machines, in OpenSSH's one-line form. */
  readonly authorizedKeys: readonly string[];
  /** The cluster's part; undefined for engine none. */
  readonly cluster: ClusterSettings | undefined;
}

export interface MachineImage {
  /** qcow2: absolute path. */
  readonly disk: string;
  /** Loaded by QEMU itself; undefined for a disk that has a boot loader. */
  readonly boot: { readonly kernel: string; readonly initrd: string; readonly cmdline: string } | undefined;
  /**
   * Whether these are paths on libvirt's machine that QEMU may read: then all rooms share one copy. Otherwise they are sent
   * into the room's pool.
   */
  readonly isOnHost: boolean;
  /** Undefined for an image that podlab has built: nothing is missing on its machines, and nobody looks. */
  readonly foreign: ForeignImage | undefined;
}

export interface ForeignImage {
  /** For people: its path, or the URL that it comes from. */
  readonly name: string;
  /** podlab's own directory: its program brings what is missing. */
  readonly home: string;
}

export interface ClusterSettings {
  /** What the image's container images are called. */
  readonly toolchain: Toolchain;
  readonly cni: CniPlan;
  readonly workloads: readonly Manifest[];
}
