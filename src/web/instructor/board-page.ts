// What the instructor's page is sent: the grid of seats and tasks, and what has changed of it.

import type { SeatBoard, TaskState } from '../../report/board.ts';
import { isHandWaiting } from '../../report/inbox.ts';
import { commonMistakes, type Mistake, stuckSeats } from '../../report/mistakes.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { InstructorDesk, TaskEntry } from './desk.ts';

export interface BoardPage {
  readonly title: string;
  /** Milliseconds until it opens or closes, negative after that; undefined when there is no such time. */
  readonly opensInMs: number | undefined;
  readonly closesInMs: number | undefined;
  readonly hints: 'open' | 'locked';
  readonly tasks: readonly TaskEntry[];
  readonly seats: readonly SeatPage[];
  readonly summary: BoardSummary;
}

export interface SeatPage {
  readonly seat: string;
  readonly number: number;
  readonly person: string;
  readonly isHandUp: boolean;
  /** Whether its room is on the server's machine. */
  readonly isHere: boolean;
  /** Another history than the known one was sent: nothing is taken from it. */
  readonly isForked: boolean;
  /** Events that happened while the workshop was not open. */
  readonly late: number;
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

export function boardPage(desk: InstructorDesk, now: number): BoardPage {
  const { title, opensAt, closesAt, hints, tasks, reports } = desk;
  return {
    title: sanitizeLine(title),
    opensInMs: opensAt === 0 ? undefined : opensAt - now,
    closesInMs: closesAt === 0 ? undefined : closesAt - now,
    hints,
    tasks,
    seats: desk.seats.map(({ seat }) => seatPage(desk, seat, reports.boards.get(seat))),
    summary: boardSummary(desk),
  };
}

export function boardSummary(desk: InstructorDesk): BoardSummary {
  const { boards } = desk.reports;
  return {
    mistakes: commonMistakes(boards).slice(0, mostMistakes),
    stuck: stuckSeats(boards, stuckAfter),
    hands: desk.seats.map(({ seat }) => seat).filter((seat) => isHandUp(desk, seat, boards.get(seat))),
  };
}

/** Those whose last check of a task gave a diagnosis. */
export function seatsWith({ reports }: InstructorDesk, task: string, diagnosis: string): readonly string[] {
  return [...reports.boards].flatMap(([seat, { tasks }]) => (tasks.get(task)?.diagnosis === diagnosis ? [seat] : []));
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
    isHandUp: isHandUp(desk, seat, board),
    isHere: desk.isHere(seat),
    isForked: desk.reports.forked.has(seat),
    late: board?.late ?? 0,
    at: board?.at ?? '',
    cells: Object.fromEntries(cells),
  };
}

function isHandUp({ notices }: InstructorDesk, seat: string, board: SeatBoard | undefined): boolean {
  return board !== undefined && isHandWaiting(board, notices.of(seat));
}
