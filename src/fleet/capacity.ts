// Whether this machine can carry all seats, before the first is made.

import type { EngineName, Topology } from '../topology/topology.ts';

/** What the machine has to give, now. */
export interface MachineRoom {
  /** MemAvailable, bytes. */
  readonly memoryBytes: number;
  /** Free for the user at the place of the rooms' files, bytes. */
  readonly diskBytes: number;
  /** inotify instances that are left to this user. */
  readonly inotify: number;
}

export interface Shortage {
  readonly what: string;
  readonly needed: string;
  readonly available: string;
  /** One imperative sentence. */
  readonly remedy: string;
}

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/**
 * What one node takes, rounded up from docs/benchmarks.md. A room of engine none with two nodes is 0.8 MiB of processes
 * and 1.8 MiB of the kernel; a dockerd with its containerd is about 90 MiB; of a Kubernetes cluster the first node is
 * about 700 MiB and every other 300 MiB. Disk: what a node writes beside the shared images.
 */
const perNode: Readonly<Record<EngineName, { first: number; other: number; disk: number; inotify: number }>> = {
  none: { first: 2 * MiB, other: 2 * MiB, disk: 0, inotify: 0 },
  docker: { first: 100 * MiB, other: 100 * MiB, disk: 20 * MiB, inotify: 2 },
  kubernetes: { first: 700 * MiB, other: 300 * MiB, disk: 200 * MiB, inotify: 16 },
};

/** What is too little for so many rooms of this topology; empty when the machine can carry them. */
export function findShortages(topology: Topology, seats: number, machine: MachineRoom): readonly Shortage[] {
  const { first, other, disk, inotify } = perNode[topology.engine];
  const nodes = topology.nodes.length;
  const memory = seats * (first + (nodes - 1) * other);
  const needs = [
    {
      what: 'memory',
      needed: memory,
      available: machine.memoryBytes,
      show: inGiB,
      remedy: 'Take fewer seats on this machine, or smaller rooms.',
    },
    {
      what: 'disk',
      needed: seats * nodes * disk,
      available: machine.diskBytes,
      show: inGiB,
      remedy: 'Make room where podlab keeps its state, or take fewer seats.',
    },
    {
      what: 'inotify instances',
      needed: seats * nodes * inotify,
      available: machine.inotify,
      show: String,
      remedy: `Run "sysctl -w fs.inotify.max_user_instances=${Math.max(1024, 2 * seats * nodes * inotify)}".`,
    },
  ];
  return needs
    .filter(({ needed, available }) => needed > available)
    .map(({ what, needed, available, show, remedy }) => ({
      what,
      needed: show(needed),
      available: show(available),
      remedy,
    }));
}

/** Rooms that are made at the same time: making one of engine none is the kernel's work, a cluster fills two CPUs. */
export function parallelFor(engine: EngineName, cpus: number): number {
  if (engine === 'none') return Math.max(2, cpus);
  return Math.max(1, Math.floor(cpus / 2));
}

function inGiB(bytes: number): string {
  return `${(bytes / GiB).toFixed(1)} GiB`;
}
