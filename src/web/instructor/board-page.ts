// What the instructor's page is sent: the grid of seats and tasks, and what has changed of it.

import type { SeatBoard, TaskState } from '../../report/board.ts';
import { commonMistakes, type Mistake, stuckSeats } from '../../report/mistakes.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { InstructorDesk, TaskEntry } from './desk.ts';

export interface BoardPage {
  readonly title: string;
  readonly closesAt: number;
  readonly tasks: readonly TaskEntry[];
  readonly seats: readonly SeatPage[];
  readonly summary: BoardSummary;
}

export interface SeatPage {
  readonly seat: string;
  readonly number: number;
  readonly person: string;
  readonly isHandUp: boolean;
  /** `lab/exercise/task` that was worked at last. */
  readonly at: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface Cell {
  readonly state: TaskState;
  readonly diagnosis: string;
  readonly repeated: number;
  readonly tries: number;
  readonly hints: number;
  readonly say: string;
}

export interface BoardSummary {
  readonly mistakes: readonly Mistake[];
  /** The same diagnosis so often in a row that another try will not help. */
  readonly stuck: readonly string[];
  readonly hands: readonly string[];
}

/** The workshop's word for it: three times, as the hints of a lab have it. */
const stuckAfter = 3;
const mostMistakes = 12;

export function boardPage(desk: InstructorDesk): BoardPage {
  const { title, closesAt, tasks, reports } = desk;
  const seats = desk.seats.map(({ seat }) => seatPage(desk, seat, reports.boards.get(seat)));
  return { title: sanitizeLine(title), closesAt, tasks, seats, summary: boardSummary(desk) };
}

export function boardSummary({ reports, seats }: InstructorDesk): BoardSummary {
  const { boards } = reports;
  return {
    mistakes: commonMistakes(boards).slice(0, mostMistakes),
    stuck: stuckSeats(boards, stuckAfter),
    hands: seats.map(({ seat }) => seat).filter((seat) => boards.get(seat)?.isHandUp === true),
  };
}

export function seatPage(desk: InstructorDesk, seat: string, board: SeatBoard | undefined): SeatPage {
  const entry = desk.seats.find((one) => one.seat === seat);
  const cells = [...(board?.tasks ?? [])].map(([id, { state, diagnosis, repeated, tries, hints, say }]) => {
    const cell: Cell = { state, diagnosis: sanitizeLine(diagnosis), repeated, tries, hints, say: sanitizeLine(say) };
    return [id, cell] as const;
  });
  return {
    seat,
    number: entry?.number ?? 0,
    person: sanitizeLine(entry?.person ?? ''),
    isHandUp: board?.isHandUp ?? false,
    at: board?.at ?? '',
    cells: Object.fromEntries(cells),
  };
}
