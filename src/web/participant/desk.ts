// What the participant's page needs from the machine: a lab, a session on it, a room to look at, terminals.

import type { FastifyRequest } from 'fastify';
import type { Terminal, TerminalSize } from '../../host/pty.ts';
import type { ProbeContext } from '../../probe/probe.ts';
import type { Inbox } from '../../report/inbox.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Lab } from '../../workshop/exercise.ts';
import type { Session } from '../../workshop/session.ts';

export interface Desk {
  readonly lab: Lab;
  /** Labs that may be chosen here, this one among them. */
  readonly labs: readonly LabEntry[];
  readonly topology: Topology;
  /** Where a terminal can be opened. */
  readonly places: readonly string[];
  /** Everything that is done at this seat, one after the other. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** The session as it is now: progress is read anew, since a terminal may be at work on it too. Builds the room if it is gone. */
  session(): Promise<Session>;
  /** The way into the room, or undefined while it is not up. Builds nothing. */
  room(): Promise<ProbeContext | undefined>;
  /** Changes whenever progress does. */
  progressStamp(): string;
  /** What the workshop has told this seat; undefined when it belongs to none. */
  inbox(): SeatInbox | undefined;
  raiseHand(isUp: boolean): Promise<void>;
  /** The same shell as `podlab shell PLACE`. @throws LabError STACK_NOT_UP, NOT_FOUND, HOST_UNSUITABLE */
  openTerminal(request: {
    readonly place: string;
    readonly size: TerminalSize;
    readonly onText: (text: string) => void;
    readonly onEnd: (exitCode: number) => void;
  }): Promise<Terminal>;
}

export interface SeatInbox {
  readonly inbox: Inbox;
  readonly isHandUp: boolean;
  /** Unix time on the clock that the inbox uses, milliseconds. */
  readonly now: number;
}

export interface LabEntry {
  readonly name: string;
  readonly title: string;
}

/**
 * The desk that a request is for. The page of one lab has one; of a workshop's server each seat has its own.
 *
 * @param lab '' for the lab that the seat was in last
 * @throws LabError NOT_FOUND, STACK_NOT_UP; also once the session has ended
 */
export type DeskOf = (request: FastifyRequest, lab: string) => Promise<Desk>;

/** Where the pages of a seat are: '' or `/seat`. */
export interface SeatRoutes {
  readonly prefix: '' | '/seat';
  readonly deskOf: DeskOf;
}
