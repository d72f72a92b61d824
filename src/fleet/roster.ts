// Reads a roster: a CSV file that says who sits where.

import { CsvError, parse } from 'csv-parse/sync';
import type { Problem } from '../error.ts';
import { maxSeats } from './workshop.ts';

export interface RosterEntry {
  readonly person: string;
  /** From 1; 0 when the roster does not say. */
  readonly seat: number;
}

const columns = ['name', 'seat'];
/** Enough for any name; more is a mistake or mischief. */
const maxNameLength = 100;

/** Never throws. Entries with a problem are left out. */
export function readRoster(text: string, file: string): { entries: RosterEntry[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const error = (line: number, message: string, hint: string) =>
    problems.push({ file, line, column: 1, severity: 'error', message, hint });
  const rows = rowsOf(text, error);
  const [head] = rows;
  if (head === undefined) {
    if (problems.length === 0) error(1, 'the roster is empty', 'Begin it with a line that says name, or name,seat.');
    return { entries: [], problems };
  }
  const titles = head.record.map((title) => title.trim().toLowerCase());
  const [nameAt, seatAt] = columns.map((column) => titles.indexOf(column));
  if (nameAt === undefined || nameAt < 0) {
    error(head.line, `no column is called name; there are: ${titles.join(', ')}`, 'Call one of them name.');
    return { entries: [], problems };
  }
  const taken = new Map<number, number>();
  const entries: RosterEntry[] = [];
  for (const { record, line } of rows.slice(1)) {
    const person = (record[nameAt] ?? '').trim();
    const word = (seatAt === undefined ? undefined : record[seatAt])?.trim() ?? '';
    const seat = word === '' ? 0 : Number(word);
    const before = taken.get(seat);
    if (person === '') error(line, 'a line without a name', 'Write a name, or remove the line.');
    else if (person.length > maxNameLength) {
      error(line, `a name of ${person.length} characters`, `Write at most ${maxNameLength}.`);
    } else if (word !== '' && !isSeat(seat)) {
      error(line, `seat ${word} is not a whole number from 1 to ${maxSeats}`, 'Write its number.');
    } else if (before !== undefined) {
      error(line, `seat ${seat} is given twice, first in line ${before}`, 'Give one of the two another seat.');
    } else {
      entries.push({ person, seat });
      if (seat !== 0) taken.set(seat, line);
    }
  }
  return { entries, problems };
}

function isSeat(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= maxSeats;
}

interface Row {
  readonly record: readonly string[];
  readonly line: number;
}

function rowsOf(text: string, error: (line: number, message: string, hint: string) => void): readonly Row[] {
  try {
    const rows = parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true, info: true });
    return (rows as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    error(Number(cause.lines ?? 1), `this is not CSV: ${cause.message}`, 'Correct the quotes in this line.');
    return [];
  }
}
