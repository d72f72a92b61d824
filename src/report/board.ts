// What an instructor sees of a seat: its events folded into the state of every task.

import type { ReportEvent } from './event.ts';

export type TaskState = 'open' | 'solved' | 'shown' | 'skipped' | 'failing' | 'again' | 'undecided' | 'broken';

export interface BoardTask {
  readonly state: TaskState;
  readonly tries: number;
  readonly hints: number;
  /** Of the last failed check while it fails; '' otherwise. */
  readonly diagnosis: string;
  /** How often in a row that diagnosis was given. */
  readonly repeated: number;
  readonly say: string;
  /** JSON text of the last check's evidence, or ''. */
  readonly evidence: string;
  /** Unix time of the last event, milliseconds, on the participant's clock. */
  readonly at: number;
}

export interface SeatBoard {
  /** `lab/exercise` that was entered last, or ''. */
  readonly exercise: string;
  /** `lab/exercise/task` of the last event about a task, or ''. */
  readonly at: string;
  readonly isHandUp: boolean;
  /** Number of the event that raised or took down the hand last; 0 when none did. */
  readonly handAt: number;
  /** By `lab/exercise/task`. */
  readonly tasks: ReadonlyMap<string, BoardTask>;
  /** How many events there are. */
  readonly events: number;
  /** How many of them happened before the workshop opened or after it closed. */
  readonly late: number;
}

export const emptyBoard: SeatBoard = {
  exercise: '',
  at: '',
  isHandUp: false,
  handAt: 0,
  tasks: new Map(),
  events: 0,
  late: 0,
};

/** The board after one more event. */
export function foldEvent(board: SeatBoard, event: ReportEvent): SeatBoard {
  const next = { ...board, events: board.events + 1 };
  if (event.kind === 'hand-up' || event.kind === 'hand-down') {
    return { ...next, isHandUp: event.kind === 'hand-up', handAt: event.number };
  }
  if (event.kind === 'entered') return { ...next, exercise: event.exercise };
  if (event.kind === 'reset') return { ...next, tasks: without(board.tasks, `${event.exercise}/`) };
  const id = `${event.exercise}/${event.task}`;
  const task = foldTask(board.tasks.get(id) ?? newTask, event);
  return { ...next, exercise: event.exercise, at: id, tasks: new Map([...board.tasks, [id, task]]) };
}

/** The board after an event that does not count: where the seat is, and its hand, are still told. */
export function foldLate(board: SeatBoard, event: ReportEvent): SeatBoard {
  const { tasks } = board;
  return { ...foldEvent(board, event), tasks, late: board.late + 1 };
}

function foldTask(task: BoardTask, event: ReportEvent): BoardTask {
  const { kind, verdict, diagnosis, say, evidence, at } = event;
  if (kind === 'hint') return { ...task, hints: task.hints + 1, at };
  if (kind === 'skip') return { ...task, state: isDone(task) ? task.state : 'skipped', at };
  if (kind === 'solution') return { ...task, at };
  const seen = { ...task, say, evidence, at, ...noMistake };
  if (verdict === 'pass') {
    const earned = kind === 'check' || task.state === 'solved' ? 'solved' : 'shown';
    return { ...seen, state: earned, tries: task.tries + (kind === 'check' ? 1 : 0) };
  }
  // What is done stays done: looking at it once more, later, is no step back.
  if (isDone(task)) return { ...task, at };
  if (verdict === 'again') return { ...seen, state: 'again', tries: task.tries + 1 };
  if (verdict === 'fail') {
    const repeated = task.diagnosis === diagnosis ? task.repeated + 1 : 1;
    return { ...seen, state: 'failing', tries: task.tries + 1, diagnosis, repeated };
  }
  if (verdict === 'broken') return { ...seen, state: 'broken' };
  return verdict === 'inconclusive' ? { ...seen, state: 'undecided' } : { ...task, at };
}

function isDone({ state }: BoardTask): boolean {
  return state === 'solved' || state === 'shown' || state === 'skipped';
}

function without(tasks: SeatBoard['tasks'], prefix: string): SeatBoard['tasks'] {
  return new Map([...tasks].filter(([id]) => !id.startsWith(prefix)));
}

const noMistake = { diagnosis: '', repeated: 0 };
const newTask: BoardTask = { state: 'open', tries: 0, hints: 0, say: '', evidence: '', at: 0, ...noMistake };
