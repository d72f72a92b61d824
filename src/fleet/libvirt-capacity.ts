// Whether the hosts can carry the seats, and whether what these are called and numbered is free there: before the first is made.

import { cidrOf, overlaps, parseCidr } from '../net/cidr.ts';

/** What one seat takes on its host. */
export interface SeatNeed {
  readonly stack: string;
  readonly uri: string;
  /** False for one that podlab has begun already: what is there under its names is its own. */
  readonly isNew: boolean;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly networks: readonly {
    readonly cidr: string;
    /** Machines on it: ports of its bridge. */
    readonly ports: number;
  }[];
  /** Of its bridges and of the cables in them. */
  readonly interfaces: readonly string[];
  readonly macs: readonly string[];
  /** Of its domains, networks and pool in libvirt. */
  readonly names: readonly string[];
}

/** What a host has to give, now. */
export interface HostRoom {
  readonly uri: string;
  readonly memoryBytes: number;
  /** Where the disks of seats will be. */
  readonly diskBytes: number;
  readonly interfaces: readonly string[];
  readonly routes: readonly { readonly cidr: string; readonly dev: string }[];
  readonly names: readonly string[];
}

const MiB = 1024 * 1024;

/** QEMU itself beside its machine's memory: the process and its tables; a round figure. */
const qemuMiB = 128;

/** What a machine writes beside its memory: logs; for a cluster also etcd and the file systems of its pods. Round figures. */
const writtenMiB = { none: 512, docker: 1024, kubernetes: 2048 } as const;

/** BR_MAX_PORTS in net/bridge/br_private.h. */
const maxBridgePorts = 1024;

/** Bytes of a machine in memory, and on the disk: there it is once more, as the moment that a reset loads. */
export function machineNeed(memoryMiB: number, engine: keyof typeof writtenMiB) {
  return { memoryBytes: (memoryMiB + qemuMiB) * MiB, diskBytes: (memoryMiB + writtenMiB[engine]) * MiB };
}

/** What two seats would share though each must have its own, or what no bridge can do; a sentence each, with its remedy. */
export function findClashes(seats: readonly SeatNeed[]): readonly string[] {
  const owners = new Map<string, string>();
  const clashes: string[] = [];
  for (const { stack, uri, interfaces, macs, names, networks } of seats) {
    const own = [
      ...interfaces.map((name) => `interface ${name}`),
      ...macs.map((mac) => `MAC ${mac}`),
      ...names.map((name) => `name ${name}`),
      ...networks.map(({ cidr }) => `network ${cidr}`),
    ];
    for (const thing of own) {
      const key = `${uri} ${thing}`;
      const other = owners.get(key);
      if (other !== undefined) {
        const remedy = thing.startsWith('interface') ? ' Give the workshop another name.' : '';
        clashes.push(`${thing} of seat ${stack} is also that of ${other}, on the same host.${remedy}`);
      }
      owners.set(key, stack);
    }
    for (const { cidr, ports } of networks) {
      if (ports < maxBridgePorts) continue;
      clashes.push(`network ${cidr} of seat ${stack} has ${ports} machines, and a bridge has ${maxBridgePorts} ports.`);
    }
  }
  return clashes;
}

/** What is too little or taken on a host for these seats, which are all its own; a sentence each, with its remedy. */
export function findHostShortages(seats: readonly SeatNeed[], room: HostRoom): readonly string[] {
  const sum = (of: (seat: SeatNeed) => number) => seats.reduce((all, seat) => all + of(seat), 0);
  const amounts = [
    [
      'memory',
      sum(({ memoryBytes }) => memoryBytes),
      room.memoryBytes,
      'Take fewer seats, smaller machines, or one host more.',
    ],
    [
      'disk',
      sum(({ diskBytes }) => diskBytes),
      room.diskBytes,
      'Make room there, or name another directory of that host.',
    ],
  ] as const;
  const short = amounts.flatMap(([what, needed, left, remedy]) =>
    needed > left ? [`${what}: ${inGiB(needed)} needed, ${inGiB(left)} left. ${remedy}`] : [],
  );
  const taken = seats.filter(({ isNew }) => isNew).flatMap((seat) => takenOf(seat, room));
  return [...short, ...taken].map((line) => `${room.uri}: ${line}`);
}

function takenOf({ stack, interfaces, names, networks }: SeatNeed, room: HostRoom): readonly string[] {
  const there = [
    ...interfaces.filter((name) => room.interfaces.includes(name)).map((name) => `interface ${name}`),
    ...names.filter((name) => room.names.includes(name)).map((name) => `"${name}" in libvirt`),
  ].map((what) => `${what} is there already, and not of this workshop: seat ${stack} needs it. Remove it with virsh.`);
  const reached = networks.flatMap(({ cidr }) => {
    const route = room.routes.find((one) => {
      const range = parseCidr(one.cidr).cidr;
      return range !== undefined && range.prefix > 0 && overlaps(range, cidrOf(cidr));
    });
    if (route === undefined) return [];
    const what = `${cidr} of seat ${stack} overlaps ${route.cidr}, which that host reaches through ${route.dev}.`;
    return [`${what} Write another libvirt: { cidr: … }.`];
  });
  return [...there, ...reached];
}

function inGiB(bytes: number): string {
  return `${(bytes / (1024 * MiB)).toFixed(1)} GiB`;
}
