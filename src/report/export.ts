// A workshop's results for other programs: a table, the boards, or statements of xAPI.

import type { SeatBoard } from './board.ts';
import type { ReportEvent } from './event.ts';

export const exportFormats = ['csv', 'json', 'xapi'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportSeat {
  readonly seat: string;
  /** '' when nobody is named. Hostile. */
  readonly person: string;
  readonly board: SeatBoard;
  readonly events: readonly ReportEvent[];
}

export interface ExportRequest {
  readonly workshop: string;
  readonly title: string;
  /** Ids of all tasks, in the order in which they are taught. */
  readonly tasks: readonly string[];
  readonly seats: readonly ExportSeat[];
}

/** Ends with a line's end. Evidence, which may be long, is in JSON alone. */
export function renderExport(format: ExportFormat, request: ExportRequest): string {
  if (format === 'csv') return renderCsv(request);
  return `${JSON.stringify(format === 'json' ? boards(request) : statements(request), undefined, 2)}\n`;
}

const columns = ['seat', 'name', 'task', 'state', 'tries', 'hints', 'diagnosis', 'last'];

/** A row for each seat and task. RFC 4180, with a head. */
function renderCsv({ seats, tasks }: ExportRequest): string {
  const rows = seats.flatMap(({ seat, person, board }) =>
    tasks.map((id) => {
      const task = board.tasks.get(id);
      const { state = 'open', tries = 0, hints = 0, diagnosis = '', at = 0 } = task ?? {};
      return [seat, person, id, state, String(tries), String(hints), diagnosis, at === 0 ? '' : timeOf(at)];
    }),
  );
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function boards({ workshop, title, seats, tasks }: ExportRequest) {
  return {
    ...{ version: 1, workshop, title, tasks },
    seats: seats.map(({ seat, person, board, events }) => ({
      ...{ seat, person, exercise: board.exercise, isHandUp: board.isHandUp, late: board.late },
      tasks: Object.fromEntries(board.tasks),
      events,
    })),
  };
}

// Verbs of the ADL vocabulary, https://w3id.org/xapi/adl/verbs and http://adlnet.gov/expapi/verbs/.
const verbs = {
  answered: { id: 'http://adlnet.gov/expapi/verbs/answered', display: { en: 'answered' } },
  attempted: { id: 'http://adlnet.gov/expapi/verbs/attempted', display: { en: 'attempted' } },
} as const;

/** Experience API 1.0.3: a statement for each check. Identifiers lead nowhere; they only tell things apart. */
function statements({ workshop, seats }: ExportRequest): readonly object[] {
  const base = `https://podlab.invalid/${encodeURIComponent(workshop)}`;
  return seats.flatMap(({ seat, person, events }) =>
    events
      .filter(({ kind }) => kind === 'check')
      .map(({ exercise, task, verdict, diagnosis, at, hash }) => ({
        id: uuidOf(hash),
        actor: {
          objectType: 'Agent',
          name: person === '' ? seat : person,
          account: { homePage: base, name: seat },
        },
        verb: verdict === 'pass' || verdict === 'fail' || verdict === 'again' ? verbs.answered : verbs.attempted,
        object: {
          objectType: 'Activity',
          id: `${base}/${[...exercise.split('/'), task].map(encodeURIComponent).join('/')}`,
          definition: { name: { en: `${exercise}/${task}` }, type: 'http://adlnet.gov/expapi/activities/question' },
        },
        result: {
          ...(verdict === 'pass' ? { success: true, completion: true } : {}),
          ...(verdict === 'fail' ? { success: false } : {}),
          ...(diagnosis === '' ? {} : { extensions: { [`${base}/diagnosis`]: diagnosis } }),
        },
        timestamp: timeOf(at),
      })),
  );
}

/** The same event is the same statement, however often it is exported: version 8, RFC 9562. */
function uuidOf(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** What a participant's clock says may be no time at all. */
function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** A cell that a spreadsheet would take for a formula is kept from being one. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
