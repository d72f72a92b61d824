// Where the seats of a workshop are, as the fleet verbs see it.

import type { Lanes } from '../fleet/run-seats.ts';
import type { PlaceKind, Seat } from '../fleet/workshop.ts';
import type { Argv, RunOptions, RunResult } from '../host/host.ts';
import type { ProgressData } from '../workshop/progress.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';

export interface SeatState {
  readonly state: 'up' | 'starting' | 'broken' | 'down';
  /** Why it is not up, if that is known; else ''. */
  readonly reason: string;
}

export interface SeatPlace {
  /** What `fleet up` would do for each of the seats, as a sentence with a command. */
  readonly preview: string;
  /**
   * Makes what all seats need.
   *
   * @param missing seats without a room
   * @param isForced also where it seems to be too small
   * @throws LabError HOST_UNSUITABLE, before anything is made
   */
  prepare(missing: readonly Seat[], isForced: boolean): Promise<Pace>;
  /** How many at a time. */
  pace(): Promise<Pace>;
  /** How many are removed at a time. */
  readonly removal: Pace;
  /** What these give is part of the answer in JSON. */
  up(seat: Seat): Promise<object>;
  reset(seat: Seat): Promise<object>;
  down(seat: Seat): Promise<object>;
  /** Seats that are there and that the workshop file has no more: it was shortened since. */
  former(): Promise<readonly Seat[]>;
  /** Removes what all seats shared once there is no seat; names what was removed. */
  clear(): Promise<readonly string[]>;
  /** One for each, in their order. */
  status(seats: readonly Seat[]): Promise<readonly SeatState[]>;
  progress(seat: Seat): Promise<Pick<ProgressData, 'tasks' | 'current'>>;
  /** A command on a node of the seat's room. */
  run(seat: Seat, node: string, argv: Argv, options: RunOptions): Promise<RunResult>;
}

export interface Pace {
  /** Seats at the same time. */
  readonly parallel: number;
  /** Of these, not too many of one host. */
  readonly lanes?: Lanes;
  /** The first alone, when the others profit from what it leaves behind. */
  readonly firstAlone: boolean;
}

/** @throws LabError HOST_UNSUITABLE, USAGE */
export async function openPlace(app: App, fleet: Fleet): Promise<SeatPlace> {
  return places[fleet.workshop.place](app, fleet);
}

const places: Readonly<Record<PlaceKind, (app: App, fleet: Fleet) => Promise<SeatPlace>>> = {
  local: async (app, fleet) => (await import('./local-seats.ts')).localSeats(app, fleet),
  libvirt: async (app, fleet) => (await import('./libvirt-seats.ts')).libvirtSeats(app, fleet),
  kubernetes: async (app, fleet) => (await import('./kubernetes-seats.ts')).kubernetesSeats(app, fleet),
};
