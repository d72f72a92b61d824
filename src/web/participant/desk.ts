// What the participant's page needs from the machine: a lab, a session on it, a room to look at, terminals.

import type { Terminal, TerminalSize } from '../../host/pty.ts';
import type { ProbeContext } from '../../probe/probe.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Lab } from '../../workshop/exercise.ts';
import type { Session } from '../../workshop/session.ts';

export interface Desk {
  readonly lab: Lab;
  readonly topology: Topology;
  /** Where a terminal can be opened. */
  readonly places: readonly string[];
  /** The session as it is now: progress is read anew, since a terminal may be at work on it too. Builds the room if it is gone. */
  session(): Promise<Session>;
  /** The way into the room, or undefined while it is not up. Builds nothing. */
  room(): Promise<ProbeContext | undefined>;
  /** Changes whenever progress does. */
  progressStamp(): string;
  /** The same shell as `podlab shell PLACE`. @throws LabError STACK_NOT_UP, NOT_FOUND */
  openTerminal(request: {
    readonly place: string;
    readonly size: TerminalSize;
    readonly onText: (text: string) => void;
    readonly onEnd: (exitCode: number) => void;
  }): Promise<Terminal>;
}
