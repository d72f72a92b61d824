// What the instructor's page needs: who sits where, what there is to do, what has been reported, and the ways to help.

import type { RoomView } from '../../probe/room-view.ts';
import type { NoticeDesk } from '../../report/notice-desk.ts';
import type { ReportDesk } from '../../report/report-desk.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Asset } from '../assets.ts';
import type { Desk } from '../participant/desk.ts';

export interface InstructorDesk {
  /** The workshop's name, and what people read. */
  readonly name: string;
  readonly title: string;
  /** Unix times, milliseconds; 0 is no limit. What happens outside is kept, and does not count. */
  readonly opensAt: number;
  readonly closesAt: number;
  readonly hints: 'open' | 'locked';
  readonly seats: readonly SeatEntry[];
  /** Every task of the workshop's labs, in the order in which they are taught. */
  readonly tasks: readonly TaskEntry[];
  readonly reports: ReportDesk;
  readonly notices: NoticeDesk;
  /** What a token opens, or undefined. */
  grantOf(token: string): Grant | undefined;
  /** Whether the seat's room is on this machine. Others do what they are asked when they hear of it. */
  isHere(seat: string): boolean;
  /** A room of this machine as it is now; undefined while it is not up. */
  look(seat: string): Promise<SeatRoom | undefined>;
  /**
   * Takes an exercise back to its start, or with '' builds the room anew. Only for seats that are here.
   * @throws LabError STACK_BUSY, STACK_NOT_UP, NOT_FOUND
   */
  reset(seat: string, exercise: string): Promise<void>;
  /** The participant's page of a seat that is here. @param lab '' for the one that the seat was in last */
  seatDesk(seat: string, lab: string): Promise<Desk>;
  /** Of the workshop's labs, by `LAB/path`. */
  readonly pictures: ReadonlyMap<string, Asset>;
  /** Says something at the server's terminal. */
  warn(text: string): void;
}

export interface Grant {
  readonly seat: string;
  /** Whether the token still opens that seat. */
  isGood(): boolean;
}

export interface SeatRoom {
  readonly topology: Topology;
  readonly view: RoomView;
}

export interface SeatEntry {
  /** Name of the seat's stack, by which it reports. */
  readonly seat: string;
  readonly number: number;
  /** '' when nobody is named. Hostile. */
  readonly person: string;
}

export interface TaskEntry {
  /** `lab/exercise/task`, as in reports. */
  readonly id: string;
  readonly exercise: string;
  readonly title: string;
}
