// What the seats of a workshop will be on the libvirt hosts that it names: which host, which networks, which stack file.

import { dirname, join, resolve } from 'node:path';
import { LabError, throwIfErrors } from '../error.ts';
import type { FleetRecord } from '../fleet/fleet-record.ts';
import type { LibvirtPlace, SeatHost } from '../fleet/libvirt-place.ts';
import { seatBlocks } from '../fleet/seat-addresses.ts';
import { networkPrefixes, readTemplate, renderSeatStack, type SeatTemplate } from '../fleet/seat-stack.ts';
import { spreadSeats } from '../fleet/spread-seats.ts';
import type { Seat, Workshop } from '../fleet/workshop.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { cidrOf } from '../net/cidr.ts';
import { lintStack } from '../topology/load-topology.ts';
import type { Topology } from '../topology/topology.ts';
import type { App } from './app.ts';
import { findStackFile } from './stack-files.ts';

export interface LibvirtPlan {
  /** '' where no host has room. @throws LabError STACK_INVALID, NOT_FOUND for the template */
  hostOf(seat: Seat): string;
  /** The seat's stack file, as it is now where podlab keeps it. @throws LabError as `hostOf`; HOST_UNSUITABLE for want of room */
  stackOf(seat: Seat): Promise<{ readonly topology: Topology; readonly file: string; readonly text: string }>;
}

export interface PlanRequest {
  readonly workshop: Workshop;
  /** As `findStackFile` takes it. */
  readonly template: string;
  readonly record: () => FleetRecord;
}

/** What a machine has whose stack file does not say. */
export const usualMachine = { memoryMiB: 2048, cpus: 2 };

export function libvirtPlan(app: App, { workshop, template: word, record }: PlanRequest): LibvirtPlan {
  const place = workshop.libvirt as LibvirtPlace;
  let read: SeatTemplate | undefined;
  const template = () => {
    read ??= templateOf(app, word, workshop.name);
    return read;
  };
  const spread = (kept: ReadonlyMap<string, string>) => {
    const { nodes } = template().topology;
    const sum = (of: (node: (typeof nodes)[number]) => number) => nodes.reduce((all, node) => all + of(node), 0);
    return spreadSeats({
      seats: workshop.seats,
      hosts: place.hosts,
      need: {
        memoryMiB: sum(({ memoryMiB }) => memoryMiB || usualMachine.memoryMiB),
        cpus: sum(({ cpus }) => cpus || usualMachine.cpus),
      },
      kept,
    });
  };
  let places: ReadonlyMap<string, string> | undefined;
  const hostOf = (seat: Seat): string => {
    const kept = Object.entries(record().seats).flatMap(([stack, { wanted, host }]) =>
      wanted && host !== undefined ? [[stack, host] as const] : [],
    );
    // All seats are placed at once; that holds until somebody has made one elsewhere.
    if (places === undefined || kept.some(([stack, host]) => places?.get(stack) !== host)) {
      places = spread(new Map(kept));
    }
    return places.get(seat.stack) ?? '';
  };
  const textOf = (seat: Seat): string => {
    const uri = hostOf(seat);
    if (uri === '') throw noRoom(seat);
    const prefixes = networkPrefixes(template().topology);
    const blocks = seatBlocks(cidrOf(place.cidr), prefixes);
    if (seat.number > blocks) throw noNetworks(seat, place.cidr, blocks, prefixes);
    const host = place.hosts.find((one) => one.uri === uri) ?? hostOfBefore(uri);
    return renderSeatStack({ template: template(), workshop: workshop.name, cidr: place.cidr, seat, host });
  };
  return {
    hostOf,
    stackOf: async (seat) => {
      const text = textOf(seat);
      const file = join(seatFiles(app, workshop.name), `Pulumi.${seat.stack}.yaml`);
      // Before it is looked at, so that whoever is told of a problem finds the line.
      if (readTextIfExists(file) !== text) writeFileAtomic(file, text);
      const { topology, problems } = lintStack(text, { stack: seat.stack, file });
      throwIfErrors('STACK_INVALID', problems);
      if (topology === undefined) throw new Error(`${file}: no topology and no error`);
      return { topology, file, text };
    },
  };
}

/** Where podlab keeps the stack files of seats that it makes itself. */
export function seatFiles({ paths }: Pick<App, 'paths'>, workshop: string): string {
  return join(paths.state, 'fleet', `${workshop}.stacks`);
}

function templateOf(app: App, word: string, workshop: string): SeatTemplate {
  const { stack, text, file } = findStackFile(app, word);
  const absolute = (path: string) => resolve(dirname(file), path);
  const { template, problems } = readTemplate({ name: stack, text, file }, workshop, absolute);
  throwIfErrors('STACK_INVALID', problems);
  if (template === undefined) throw new Error(`${file}: no topology and no error`);
  return template;
}

/** One that the file has no more, but that still has seats. */
function hostOfBefore(uri: string): SeatHost {
  return { uri, memoryMiB: 0, cpus: 0, type: '', directory: '' };
}

function noRoom({ stack }: Seat): LabError {
  return new LabError('HOST_UNSUITABLE', `no host has room for seat ${stack}`, {
    hint: 'Name one host more in the workshop file, or write more memory or cpus for those that are there.',
  });
}

function noNetworks({ stack }: Seat, cidr: string, blocks: number, prefixes: readonly number[]): LabError {
  const each = prefixes.map((prefix) => `/${prefix}`).join(' and ');
  return new LabError('HOST_UNSUITABLE', `${cidr} has networks for ${blocks} seats (${each} each), none for ${stack}`, {
    hint: 'Write a larger network: libvirt: { cidr: … } in the workshop file.',
  });
}
