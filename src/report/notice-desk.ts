// What an instructor has said to each seat: kept on disk before anybody is told, so that a restart forgets nothing.

import { type Notice, type NoticeBody, parseNotices } from './notice.ts';
import type { SeatTexts } from './report-desk.ts';

export interface NoticeFiles extends SeatTexts {
  /** Waits until it is on the disk. */
  append(seat: string, text: string): void;
}

export interface NoticeDesk {
  /** All that a seat was told, in order. */
  of(seat: string): readonly Notice[];
  /** Tells some seats the same. What the disk refuses is thrown; seats before it in the list have been told then. */
  post(seats: readonly string[], body: NoticeBody): void;
  /** Calls back for every seat that is told something. @returns what ends it */
  watch(onNotice: (seat: string, notice: Notice) => void): () => void;
}

/** Reads what is there already; a text that a kill cut short goes on where it is whole. */
export function openNoticeDesk(seats: readonly string[], files: NoticeFiles): NoticeDesk {
  const told = new Map(seats.map((seat) => [seat, readSeat(seat, files)]));
  const watchers = new Set<(seat: string, notice: Notice) => void>();
  return {
    of: (seat) => told.get(seat) ?? [],
    post: (to, body) => {
      for (const seat of to) {
        const known = told.get(seat);
        if (known === undefined) continue;
        const notice = { number: known.length + 1, ...body };
        files.append(seat, `${JSON.stringify(notice)}\n`);
        known.push(notice);
        for (const tell of watchers) tell(seat, notice);
      }
    },
    watch: (onNotice) => {
      watchers.add(onNotice);
      return () => watchers.delete(onNotice);
    },
  };
}

function readSeat(seat: string, files: SeatTexts): Notice[] {
  const text = files.read(seat) ?? '';
  const { notices, goodLength } = parseNotices(text);
  if (goodLength < text.length) files.write(seat, text.slice(0, goodLength));
  return [...notices];
}
