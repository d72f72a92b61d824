// Where the seats of a workshop are, as the fleet verbs see it.

import type { Lanes } from '../fleet/run-seats.ts';
import type { PlaceKind, Seat } from '../fleet/workshop.ts';
import type { Argv, RunOptions, RunResult } from '../host/host.ts';
import type { RoomView } from '../probe/room-view.ts';
import type { Topology } from '../topology/topology.ts';
import type { ProgressData } from '../workshop/progress.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';

export interface SeatState {
  readonly state: 'up' | 'starting' | 'broken' | 'down';
  /** Why it is not up, if that is known; else ''. */
  readonly reason: string;
  /** What to do besides `fleet up`; '' when that is enough. */
  readonly hint: string;
}

/** What a server can have of seats whose rooms are not on its machine, without being reached from there. */
export interface SeatReach {
  /**
   * What happens at a seat, from its beginning: its clock (Unix milliseconds), then its journal, a line for each. Ends with
   * the way there, and never rejects.
   *
   * @returns why there was none; '' when there was
   */
  follow(seat: Seat, onLine: (line: string) => void, signal: AbortSignal): Promise<string>;
  /** Leaves there what the instructor says. */
  tell(seat: Seat, word: string): Promise<void>;
  /** The room as it is now; undefined while it is not up. */
  look(seat: Seat): Promise<{ readonly topology: Topology; readonly view: RoomView } | undefined>;
  resetExercise(seat: Seat, exercise: string): Promise<void>;
}

/** How a participant reaches the page of a seat. */
export interface PageWay {
  /** Its address, with a slash at its end; '' when it depends on where `podlab serve` listens. */
  readonly url: string;
  /** What has to be started before; '' for nothing. */
  readonly first: string;
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
  pageWay(seat: Seat): PageWay;
  /** Keeps the hashes of seats' tokens where their pages are; '' makes a token worthless. */
  keepTokens(hashes: ReadonlyMap<string, string>): Promise<void>;
  /** Undefined for seats whose files are on this machine. */
  readonly reach?: SeatReach;
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
