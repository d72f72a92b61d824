// Joins a workshop to this machine: its file, its template, what is remembered of its seats.

import { dirname, join, resolve } from 'node:path';
import type { Driver, RoomStatus } from '../driver/driver.ts';
import { LabError, type Problem, renderProblem, throwIfErrors } from '../error.ts';
import { type FleetRecord, parseFleetRecord, renderFleetRecord } from '../fleet/fleet-record.ts';
import { parseWorkshop } from '../fleet/parse-workshop.ts';
import type { Seat, Workshop } from '../fleet/workshop.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { withLock } from '../host/lock.ts';
import type { Topology } from '../topology/topology.ts';
import type { App } from './app.ts';
import { isPath, loadStack } from './stack-files.ts';

export interface Fleet {
  readonly workshop: Workshop;
  /** Absolute path of the workshop file. */
  readonly file: string;
  /** The template of all seats, as `loadStack` takes it. */
  readonly template: string;
  /** What is remembered is kept there. */
  readonly recordFile: string;
  /** Of the rooms of seats; of none where these are not podlab's to make. */
  readonly driver: Driver;
  /** The template as it is for a seat, and the file that it is in. @throws LabError STACK_INVALID, HOST_UNSUITABLE */
  stackOf(seat: Seat): Promise<{ readonly topology: Topology; readonly file: string; readonly text: string }>;
  /** What `loadStack` takes for the room of a seat. @throws LabError as `stackOf` */
  roomFile(seat: Seat): Promise<string>;
  /** Which libvirt a seat is on; '' for other places, and where no host has room for it. */
  hostOf(seat: Seat): string;
  status(seat: Seat): Promise<RoomStatus>;
  /** What was remembered last; an empty record when nothing was. */
  record(): FleetRecord;
  /** Changes what is remembered, from what it is now. */
  remember(change: (record: FleetRecord) => FleetRecord): void;
  /** Keeps other podlabs from changing seats of this workshop meanwhile. @throws LabError STACK_BUSY */
  locked<T>(work: () => Promise<T>): Promise<T>;
}

/** @throws LabError NOT_FOUND, STACK_INVALID, HOST_UNSUITABLE */
export async function openFleet(app: App, given: string | undefined): Promise<Fleet> {
  const { workshop, file } = readWorkshop(app, given);
  const path = join(app.paths.state, 'fleet', `${workshop.name}.json`);
  const record = () => parseFleetRecord(readTextIfExists(path), path) ?? { version: 1, file, seats: {} };
  const template = isPath(workshop.stack) ? resolve(dirname(file), workshop.stack) : workshop.stack;
  const hosts =
    workshop.libvirt && (await import('./libvirt-plan.ts')).libvirtPlan(app, { workshop, template, record });
  const driver = await (hosts === undefined ? app.driver('sandbox') : machineDriver(app));
  return {
    workshop,
    file,
    template,
    recordFile: path,
    driver,
    stackOf: hosts?.stackOf ?? ((seat) => loadStack(app, template, { rename: () => seat.stack })),
    roomFile: async (seat) => (hosts === undefined ? template : (await hosts.stackOf(seat)).file),
    hostOf: hosts?.hostOf ?? (() => ''),
    status: (seat) => driver.status(seat.stack),
    record,
    remember: (change) => writeFileAtomic(path, renderFleetRecord({ ...change(record()), file })),
    locked: (work) =>
      withLock(join(app.paths.runtime, 'fleet', `${workshop.name}.lock`), `workshop "${workshop.name}"`, work),
  };
}

async function machineDriver(app: App): Promise<Driver> {
  return (await import('./own-process.ts')).inOwnProcess(app, await app.driver('libvirt'));
}

function readWorkshop(app: App, given: string | undefined): { workshop: Workshop; file: string } {
  const file = resolve(given ?? 'workshop.yaml');
  const { workshop, problems } = lintWorkshop(file);
  throwIfErrors('STACK_INVALID', problems);
  if (workshop === undefined) throw new Error(`${file}: no workshop and no error`);
  for (const problem of problems) app.stderr.write(`${renderProblem(problem)}\n`);
  return { workshop, file };
}

/** @throws LabError NOT_FOUND */
export function lintWorkshop(file: string): { workshop: Workshop | undefined; problems: readonly Problem[] } {
  const text = readTextIfExists(file);
  if (text === undefined) {
    throw new LabError('NOT_FOUND', `there is no workshop file ${file}`, {
      hint: 'Write one (docs/workshop-file.md), or name it with --workshop.',
    });
  }
  const roster = (path: string) => {
    const at = resolve(dirname(file), path);
    const found = readTextIfExists(at);
    return found === undefined ? undefined : { text: found, file: at };
  };
  return parseWorkshop({ text, file, roster });
}
