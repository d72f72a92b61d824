// Where a workshop's reports come in: kept on disk before they are acknowledged, then shown.

import { acceptEvents } from './accept-events.ts';
import { emptyBoard, foldEvent, type SeatBoard } from './board.ts';
import type { ReportEvent } from './event.ts';
import { parseJournal, renderEvent } from './journal.ts';

/** One text for each seat; the real one is a file that is appended to. */
export interface ReportFiles {
  read(seat: string): string | undefined;
  /** Waits until it is on the disk. */
  append(seat: string, text: string): void;
  /** Replaces the whole text. */
  write(seat: string, text: string): void;
  /** Moves the text out of the way and returns its new name. */
  keepAside(seat: string): string;
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
  /** What the disk refuses is thrown, and nothing is acknowledged. */
  receive(seat: string, batch: readonly ReportEvent[]): Receipt;
  /** Forgets what is known of a seat, keeping its text aside: it begins again. */
  forget(seat: string): void;
  /** Calls back with every seat whose board has changed. @returns what ends it */
  watch(onChange: (seat: string, board: SeatBoard) => void): () => void;
}

/** Reads what is there already; a text that a kill cut short goes on where it is whole. */
export function openReportDesk(seats: readonly string[], files: ReportFiles): ReportDesk {
  const boards = new Map<string, SeatBoard>();
  const known = new Map<string, ReportEvent[]>();
  const keptAside: string[] = [];
  const watchers = new Set<(seat: string, board: SeatBoard) => void>();
  const show = (seat: string, board: SeatBoard) => {
    boards.set(seat, board);
    for (const tell of watchers) tell(seat, board);
  };
  for (const seat of seats) {
    const { events, aside } = readSeat(seat, files);
    if (aside !== '') keptAside.push(aside);
    known.set(seat, events);
    boards.set(seat, events.reduce(foldEvent, emptyBoard));
  }
  return {
    boards,
    keptAside,
    receive: (seat, batch) => {
      const events = known.get(seat) ?? [];
      const { fresh, state } = acceptEvents(events, batch);
      if (fresh.length > 0) {
        files.append(seat, fresh.map(renderEvent).join(''));
        events.push(...fresh);
        known.set(seat, events);
        show(seat, fresh.reduce(foldEvent, boards.get(seat) ?? emptyBoard));
      }
      return { known: events.length, state };
    },
    forget: (seat) => {
      if (files.read(seat) !== undefined) files.keepAside(seat);
      known.set(seat, []);
      show(seat, emptyBoard);
    },
    watch: (onChange) => {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

function readSeat(seat: string, files: ReportFiles): { readonly events: ReportEvent[]; readonly aside: string } {
  const text = files.read(seat) ?? '';
  const { events, goodLength, badLine } = parseJournal(text);
  // What was changed by hand is evidence: it is kept, and the good beginning goes on.
  const aside = badLine > 0 ? files.keepAside(seat) : '';
  if (goodLength < text.length) files.write(seat, text.slice(0, goodLength));
  return { events: [...events], aside };
}
