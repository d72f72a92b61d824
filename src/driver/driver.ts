// What every driver can do with a topology. Differences are declared as capabilities, never asked by name.

import type { Duplex } from 'node:stream';
import type { Argv, Executor } from '../host/host.ts';
import type { Reporter } from '../reporter.ts';
import type { EngineName, Topology } from '../topology/topology.ts';

/** One thing that `up` will do, and what takes it back. Data: shown by `preview`, compared with golden files. */
export interface PlanStep {
  /** Where it happens: `gateway`, `outside`, a node's name, or `localhost` for the machine itself. */
  readonly on: string;
  readonly run: Argv;
  /** For programs that read their commands: `ip -batch -`, `nft -f -`. */
  readonly input: string;
}

export interface RoomStatus {
  readonly stack: string;
  readonly driver: string;
  readonly engine: EngineName;
  /** `up`: every node answers. `starting`: another podlab is at it. `broken`: something of it is gone; reset or down. */
  readonly state: 'up' | 'starting' | 'broken' | 'down';
  /** Why it is `broken`; else ''. */
  readonly reason: string;
  /** Absolute path of the stack file it was built from. */
  readonly file: string;
  /** Process id of the owner in the host's view; 0 when there is none. */
  readonly owner: number;
  /** Unix time, milliseconds. */
  readonly since: number;
  /** What its cluster started from: '' for nothing, `golden`, or the name of a snapshot. */
  readonly from: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly running: boolean;
    /** How it is when it does not run, in the driver's words, such as `paused`; absent where a driver knows only that it is gone. */
    readonly state?: string;
  }[];
}

/** What a cluster starts from: the golden snapshot if there is one, nothing at all, or a snapshot that somebody named. */
export type StartFrom = 'golden' | 'fresh' | { readonly snapshot: string };

export interface UpRequest {
  readonly topology: Topology;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** Default `golden`. */
  readonly from?: StartFrom;
  /** Replaces a room that is up, once it is certain that the new one has all that it needs. */
  readonly anew?: boolean;
  /** Changes a room that is up into what its file says now, where the driver can. */
  readonly change?: boolean;
}

/** One thing that `up` would make, change or remove. */
export interface Change {
  readonly what: 'make' | 'change' | 'replace' | 'remove';
  /** Its kind and name: `network nat`. */
  readonly name: string;
}

export interface UpResult {
  /** False when the same room was up already. */
  readonly created: boolean;
  /** What a cluster started from: '' for nothing, `golden`, or the name of a snapshot. */
  readonly from: string;
  /** How long each part of the start took, in the order in which they ended; empty when the room was up. */
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

/** What an interactive command gets besides its words. */
export interface Streams {
  /** Added to its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether standard input is a terminal. */
  readonly isTerminal: boolean;
}

/** What is not as on this machine itself, for those who work in a room. */
export interface RoomTraits {
  /** How many times longer everything may take there; 1 unless processors are emulated. */
  readonly patience: number;
  /** Places that are not the room's alone, each with what tells, as lines of words, what of the room stands there. */
  readonly shared: ReadonlyMap<string, (place: Executor) => Promise<readonly string[]>>;
}

export interface Driver {
  /** The steps of `up`, without touching anything. Deterministic. Undefined for drivers that have `preview`. */
  plan?(topology: Topology): readonly PlanStep[];
  /** What `up` would change now, for drivers whose `up` depends on what is there. Changes nothing. */
  preview?(request: UpRequest, reporter: Reporter): Promise<readonly Change[]>;
  /** Builds the room, or confirms that the same room is already up. Undoes what it began if it fails. */
  up(request: UpRequest, reporter: Reporter): Promise<UpResult>;
  status(stack: string): Promise<RoomStatus>;
  /** The same for many, in their order, with less asking than one by one; for drivers whose rooms are elsewhere. */
  statuses?(stacks: readonly string[]): Promise<readonly RoomStatus[]>;
  list(): Promise<readonly RoomStatus[]>;
  /** The places that `executor` knows besides the nodes: `gateway`, `outside`. */
  places(topology: Topology): readonly string[];
  /** Absent where nothing takes longer than here and every place is the room's own. @throws LabError STACK_NOT_UP */
  traits?(stack: string): RoomTraits;
  /** The way into a node or another place of the room. @throws LabError STACK_NOT_UP, NOT_FOUND */
  executor(stack: string, node: string): Promise<Executor>;
  /** The program to start, with this process's standard streams, for an interactive command on a node. */
  interactive(
    stack: string,
    node: string,
    command: Argv,
    streams: Streams,
  ): Promise<{ readonly argv: Argv; readonly env: Readonly<Record<string, string>> }>;
  /**
   * A TCP connection to an address inside the room, made without a listener on this machine. It may fail later, as
   * connections do, when nobody answers there.
   */
  connect(stack: string, host: string, port: number): Promise<Duplex>;
  /** Removes the room from any half-made state; true when there was something. */
  down(stack: string, reporter: Reporter): Promise<boolean>;
  /** Names and contents of the room's logs, oldest line first. */
  logs(stack: string): Promise<readonly { readonly name: string; readonly text: string }[]>;
  /** The administrator's kubeconfig, for drivers that have it elsewhere than on the first node. @throws LabError STACK_NOT_UP */
  kubeconfig?(stack: string): Promise<string>;
  /** Undefined for drivers whose rooms can't be saved. */
  readonly snapshots?: Snapshots;
}

/** Moments of rooms with a cluster, kept under names. They belong to the stack and outlive its room. */
export interface Snapshots {
  /** Saves the room as it is, in place of a snapshot of the same name. @throws LabError STACK_NOT_UP, USAGE */
  save(stack: string, name: string, reporter: Reporter): Promise<SnapshotSummary>;
  /** Oldest first. */
  list(stack: string): Promise<readonly SnapshotSummary[]>;
  /** False when there was none of that name. */
  remove(stack: string, name: string): Promise<boolean>;
}

export interface SnapshotSummary {
  readonly name: string;
  /** Unix time, milliseconds. */
  readonly savedAt: number;
  readonly bytes: number;
}
