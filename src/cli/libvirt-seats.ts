// Seats as virtual machines on the hosts of a workshop: a Pulumi stack each.

import { rmSync } from 'node:fs';
import type { RoomStatus } from '../driver/driver.ts';
import { libvirtHostRoom } from '../driver/libvirt/host-room.ts';
import { hostExecutor } from '../driver/libvirt/way-in.ts';
import { LabError } from '../error.ts';
import { findClashes, findHostShortages, machineNeed, type SeatNeed } from '../fleet/libvirt-capacity.ts';
import type { LibvirtPlace } from '../fleet/libvirt-place.ts';
import type { Seat } from '../fleet/workshop.ts';
import { availableMemory } from '../host/capacity.ts';
import { imageBytes } from '../infra/machine-image.ts';
import { libvirtNames } from '../infra/names.ts';
import { stackConfig } from '../infra/stack-config.ts';
import { readVmRecord } from '../infra/vm-record.ts';
import type { App } from './app.ts';
import { standingDriver } from './drivers.ts';
import type { Fleet } from './fleet.ts';
import { seatFiles, usualMachine } from './libvirt-plan.ts';
import { localSeats, refuseUnlessForced } from './local-seats.ts';
import type { Pace, SeatPlace } from './seat-place.ts';
import { workplaceOf } from './workplace.ts';

/** On this machine, while a room is made: a podlab, the CLI, its plugins. */
const makingBytes = 700 * 1024 * 1024;

/** Where the disks of rooms are when no file says it. */
const usualDirectory = '/var/lib/libvirt/images/podlab';

export async function libvirtSeats(app: App, fleet: Fleet): Promise<SeatPlace> {
  const { workshop, driver } = fleet;
  const place = workshop.libvirt as LibvirtPlace;
  // Rooms of seats are made, reset and removed as those of this machine are, by another driver.
  const seats = await localSeats(app, fleet, (seat) => isSameRoom(app, fleet, seat));
  // Asked many times; where a seat is does not change while it is made or removed.
  const hosts = new Map<string, string>();
  const hostOf = (seat: Seat): string => {
    const host = hosts.get(seat.stack) ?? fleet.record().seats[seat.stack]?.host ?? fleet.hostOf(seat);
    hosts.set(seat.stack, host);
    return host;
  };
  const pace: Pace = {
    parallel: Math.max(1, Math.min(place.hosts.length * place.parallel, Math.floor(availableMemory() / makingBytes))),
    lanes: { of: hostOf, most: place.parallel },
    firstAlone: false,
  };
  const statuses = async (stacks: readonly string[]): Promise<readonly RoomStatus[]> =>
    driver.statuses?.(stacks) ?? Promise.all(stacks.map((stack) => driver.status(stack)));
  return {
    ...seats,
    preview: 'Which host and which networks each would have: podlab fleet stacks',
    pace: async () => pace,
    removal: pace,
    prepare: async (missing, isForced) => {
      await refuseShortages(app, fleet, missing, isForced);
      return pace;
    },
    clear: async () => {
      rmSync(seatFiles(app, workshop.name), { recursive: true, force: true });
      return [];
    },
    status: async (which) => {
      const found = await statuses(which.map(({ stack }) => stack));
      return found.map(({ state, reason }) => ({ state, reason, hint: '' }));
    },
  };
}

/** What `pulumi up` has made of a seat's own file is what would be made here. */
async function isSameRoom(app: App, fleet: Fleet, seat: Seat): Promise<boolean> {
  if ((await standingDriver(app, seat.stack)) !== 'libvirt') return false;
  const record = readVmRecord(app.paths.state, seat.stack);
  const { topology } = await fleet.stackOf(seat);
  return record?.uri === fleet.hostOf(seat) && JSON.stringify(record.topology) === JSON.stringify(topology);
}

async function refuseShortages(app: App, fleet: Fleet, missing: readonly Seat[], isForced: boolean): Promise<void> {
  const { workshop } = fleet;
  const needs = new Map<string, SeatNeed>();
  const lines: string[] = [];
  for (const seat of workshop.seats) {
    try {
      needs.set(seat.stack, await needOf(app, fleet, seat));
    } catch (error) {
      // A stack file that is wrong is so for all; where one seat has no place, the others may have one.
      if (!(error instanceof LabError) || error.code !== 'HOST_UNSUITABLE') throw error;
      if (missing.includes(seat)) lines.push(`${error.message}. ${error.hint}`);
    }
  }
  lines.push(...findClashes([...needs.values()]));
  const wanted = missing.flatMap(({ stack }) => needs.get(stack) ?? []);
  for (const uri of new Set(wanted.map((need) => need.uri))) {
    const here = wanted.filter((need) => need.uri === uri);
    lines.push(...(await shortagesOf(app, fleet, uri, here)));
  }
  refuseUnlessForced(app, lines, `the hosts can't have ${missing.length} more rooms`, isForced);
}

async function shortagesOf(
  app: App,
  fleet: Fleet,
  uri: string,
  seats: readonly SeatNeed[],
): Promise<readonly string[]> {
  const host = fleet.workshop.libvirt?.hosts.find((one) => one.uri === uri);
  const first = fleet.workshop.seats.find(({ stack }) => stack === seats[0]?.stack) as Seat;
  const { file, text } = await fleet.stackOf(first);
  const own = stackConfig(text, file).get('vm:directory');
  const directory = own?.slice(0, own.lastIndexOf('/')) || usualDirectory;
  const at = { paths: app.paths, path: app.programPath, env: app.env };
  try {
    const room = await libvirtHostRoom(hostExecutor(uri, at), directory);
    // What the file gives to seats is not asked for again.
    const memoryBytes = (host?.memoryMiB ?? 0) > 0 ? Number.POSITIVE_INFINITY : room.memoryBytes;
    return findHostShortages(seats, { ...room, uri, memoryBytes });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    // Seats of other hosts come up all the same; those of this one will say why they do not.
    app.stderr.write(`podlab: warning: ${uri}: ${error.message}\n`);
    return [];
  }
}

async function needOf(app: App, fleet: Fleet, seat: Seat): Promise<SeatNeed> {
  const { topology, file, text } = await fleet.stackOf(seat);
  const { networks, nodes, engine } = topology;
  const names = libvirtNames(topology);
  const machines = nodes.map(({ memoryMiB }) => machineNeed(memoryMiB || usualMachine.memoryMiB, engine));
  const config = stackConfig(text, file);
  const image = await imageBytes(topology, {
    workplace: workplaceOf(app),
    file,
    config: (key) => config.get(key),
  });
  return {
    stack: seat.stack,
    uri: fleet.hostOf(seat),
    isNew: readVmRecord(app.paths.state, seat.stack) === undefined,
    memoryBytes: machines.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    diskBytes: machines.reduce((sum, { diskBytes }) => sum + diskBytes, image),
    networks: networks.map(({ name, cidr }) => ({
      cidr,
      ports: nodes.filter(({ nics }) => nics.some(({ network }) => network === name)).length,
    })),
    interfaces: [
      ...[...names.networks.values()].map(({ bridge }) => bridge),
      ...[...names.nodes.values()].flatMap(({ ports }) => [...ports.values()]),
    ],
    macs: nodes.flatMap(({ nics }) => nics.map(({ mac }) => mac)),
    names: [
      names.pool,
      ...[...names.networks.values()].map(({ name }) => name),
      ...[...names.nodes.values()].map(({ domain }) => domain),
    ],
  };
}
