// What the instructor's page needs: who sits where, what there is to do, what has been reported.

import type { ReportDesk } from '../../report/report-desk.ts';

export interface InstructorDesk {
  readonly title: string;
  /** Unix time, milliseconds; 0 is no end. */
  readonly closesAt: number;
  readonly seats: readonly SeatEntry[];
  /** Every task of the workshop's labs, in the order in which they are taught. */
  readonly tasks: readonly TaskEntry[];
  readonly reports: ReportDesk;
  /** The seat whose token this is, or undefined. */
  seatOf(token: string): string | undefined;
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
