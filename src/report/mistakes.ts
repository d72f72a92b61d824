// What many seats have in common: "14 of 20: own-uplink".

import type { SeatBoard } from './board.ts';

export interface Mistake {
  /** `lab/exercise/task`. */
  readonly task: string;
  readonly diagnosis: string;
  /** Seats whose last check of the task gave it. */
  readonly seats: readonly string[];
  /** Seats that have tried the task. */
  readonly tried: number;
}

/** The most common first. */
export function commonMistakes(boards: ReadonlyMap<string, SeatBoard>): readonly Mistake[] {
  const tried = new Map<string, number>();
  const seats = new Map<string, Map<string, string[]>>();
  for (const [seat, { tasks }] of boards) {
    for (const [id, { tries, diagnosis }] of tasks) {
      if (tries > 0) tried.set(id, (tried.get(id) ?? 0) + 1);
      if (diagnosis === '') continue;
      const ofTask = seats.get(id) ?? new Map<string, string[]>();
      ofTask.set(diagnosis, [...(ofTask.get(diagnosis) ?? []), seat]);
      seats.set(id, ofTask);
    }
  }
  return [...seats]
    .flatMap(([task, found]) =>
      [...found].map(([diagnosis, who]) => ({ task, diagnosis, seats: who, tried: tried.get(task) ?? 0 })),
    )
    .sort((a, b) => b.seats.length - a.seats.length || (a.task < b.task ? -1 : 1));
}

/** Seats where one mistake was made so often in a row that another try will not help. */
export function stuckSeats(boards: ReadonlyMap<string, SeatBoard>, after: number): readonly string[] {
  return [...boards].filter(([, { at, tasks }]) => (tasks.get(at)?.repeated ?? 0) >= after).map(([seat]) => seat);
}
