// Where a workshop's reports come in: kept on disk before they are acknowledged, then shown.

import { acceptEvents } from './accept-events.ts';
import { emptyBoard, foldEvent, foldLate, type SeatBoard } from './board.ts';
import type { ReportEvent } from './event.ts';
import { parseJournal, renderEvent } from './journal.ts';

/** One text for each seat; the real one is a file that is appended to. */
export interface SeatTexts {
  read(seat: string): string | undefined;
  /** Replaces the whole text. */
  write(seat: string, text: string): void;
  /** Moves the text out of the way and returns its new name. */
  keepAside(seat: string): string;
}

export interface ReportFiles extends SeatTexts {
  /** Until it is on the disk. Never called for a seat while it is at work for that seat. */
  append(seat: string, text: string): Promise<void>;
}

export interface Receipt {
  /** The number of the last event that is kept; the seat goes on from there. */
  readonly known: number;
  /** `fork`: the seat has another history than the one that is kept, so nothing more is taken from it. */
  readonly state: 'taken' | 'gap' | 'fork';
}

export interface ReportDesk {
  readonly boards: ReadonlyMap<string, SeatBoard>;
  /** Texts that were not what this desk had written, and where they are now. */
  readonly keptAside: readonly string[];
  /** Seats that sent another history than the one that is kept; nothing more is taken from them until it is forgotten. */
  readonly forked: ReadonlySet<string>;
  /** All that is kept of a seat, in order. */
  events(seat: string): readonly ReportEvent[];
  /**
   * What the disk refuses is thrown, and nothing is acknowledged. Batches of one seat are taken in the order in which they
   * came; seats don't wait for each other.
   *
   * @param counts whether an event happened while the workshop was open; others are kept, and change no task
   */
  receive(seat: string, batch: readonly ReportEvent[], counts?: (event: ReportEvent) => boolean): Promise<Receipt>;
  /** Forgets what is known of a seat, keeping its text aside: it begins again. */
  forget(seat: string): Promise<void>;
  /** Calls back with every seat whose board has changed. @returns what ends it */
  watch(onChange: (seat: string, board: SeatBoard) => void): () => void;
}

/** Reads what is there already; a text that a kill cut short goes on where it is whole. */
export function openReportDesk(seats: readonly string[], files: ReportFiles): ReportDesk {
  const boards = new Map<string, SeatBoard>();
  const known = new Map<string, ReportEvent[]>();
  const forked = new Set<string>();
  const late = new Map<string, Set<number>>();
  const fold = (seat: string, events: readonly ReportEvent[], board: SeatBoard) =>
    events.reduce((now, event) => (late.get(seat)?.has(event.number) ? foldLate : foldEvent)(now, event), board);
  const keptAside: string[] = [];
  const watchers = new Set<(seat: string, board: SeatBoard) => void>();
  const show = (seat: string, board: SeatBoard) => {
    boards.set(seat, board);
    for (const tell of watchers) tell(seat, board);
  };
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <T>(seat: string, work: () => Promise<T>): Promise<T> => {
    const mine = (turns.get(seat) ?? Promise.resolve()).then(work);
    turns.set(
      seat,
      mine.catch(() => {}),
    );
    return mine;
  };
  const take = async (seat: string, batch: readonly ReportEvent[], counts: (event: ReportEvent) => boolean) => {
    const events = known.get(seat) ?? [];
    const { fresh, state } = acceptEvents(events, batch);
    if (fresh.length > 0) {
      const lateOnes = fresh.filter((event) => !counts(event)).map(({ number }) => number);
      // Before the events: a kill in between must not let them count.
      if (lateOnes.length > 0) await files.append(lateOf(seat), lateOnes.map((number) => `${number}\n`).join(''));
      for (const number of lateOnes) late.get(seat)?.add(number);
      await files.append(seat, fresh.map(renderEvent).join(''));
      events.push(...fresh);
      known.set(seat, events);
      show(seat, fold(seat, fresh, boards.get(seat) ?? emptyBoard));
    }
    if (state === 'fork' && !forked.has(seat)) {
      forked.add(seat);
      show(seat, boards.get(seat) ?? emptyBoard);
    }
    return { known: events.length, state };
  };
  for (const seat of seats) {
    const { events, aside } = readSeat(seat, files);
    if (aside !== '') keptAside.push(aside);
    known.set(seat, events);
    late.set(seat, new Set((files.read(lateOf(seat)) ?? '').split('\n').map(Number)));
    boards.set(seat, fold(seat, events, emptyBoard));
  }
  return {
    boards,
    keptAside,
    forked,
    events: (seat) => known.get(seat) ?? [],
    receive: (seat, batch, counts = () => true) => inTurn(seat, () => take(seat, batch, counts)),
    forget: (seat) =>
      inTurn(seat, async () => {
        for (const name of [seat, lateOf(seat)]) if (files.read(name) !== undefined) files.keepAside(name);
        late.set(seat, new Set());
        forked.delete(seat);
        known.set(seat, []);
        show(seat, emptyBoard);
      }),
    watch: (onChange) => {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

/** Names of seats are labels, so none has a dot. */
const lateOf = (seat: string) => `${seat}.late`;

function readSeat(seat: string, files: SeatTexts): { readonly events: ReportEvent[]; readonly aside: string } {
  const text = files.read(seat) ?? '';
  const { events, goodLength, badLine } = parseJournal(text);
  // What was changed by hand is evidence: it is kept, and the good beginning goes on.
  const aside = badLine > 0 ? files.keepAside(seat) : '';
  if (goodLength < text.length) files.write(seat, text.slice(0, goodLength));
  return { events: [...events], aside };
}
