// The instructor's page: a row for each seat, a column for each task, and above it what many have in common.

import { signal } from '@preact/signals';
import { render } from 'preact';
import type { BoardPage, BoardSummary, Cell, SeatPage } from '../instructor/board-page.ts';
import { html, type View } from './dom.ts';

const board = signal<BoardPage | undefined>(undefined);
const connected = signal(false);
/** Seats that made this mistake are marked. */
const marked = signal<readonly string[]>([]);
const chosen = signal<{ readonly seat: string; readonly task: string } | undefined>(undefined);

function Page(): View {
  const known = board.value;
  if (known === undefined) return html`<main class="loading">Loading…</main>`;
  return html`<div class="page">
    <header class="top">
      <span class="brand">podlab</span>
      <span class="lab">${known.title}</span>
      <span class="live ${connected.value ? 'on' : ''}">${connected.value ? 'live' : 'not connected'}</span>
      <span class="progress">${known.seats.length} seats · ${solvedShare(known)} % solved</span>
    </header>
    <main class="board">
      ${summaryView(known.summary, known)}
      ${gridView(known)}
      ${detailView(known)}
    </main>
  </div>`;
}

function summaryView({ mistakes, stuck, hands }: BoardSummary, known: BoardPage): View {
  const name = (seat: string) =>
    nameOf(
      known.seats.find((one) => one.seat === seat),
      seat,
    );
  return html`<div class="summary">
    <section class="card" aria-label="Raised hands">
      <h2>Hands up <span class="count">${hands.length}</span></h2>
      <p>${hands.length === 0 ? 'Nobody.' : hands.map(name).join(', ')}</p>
    </section>
    <section class="card" aria-label="Stuck">
      <h2>Stuck <span class="count">${stuck.length}</span></h2>
      <p>${stuck.length === 0 ? 'Nobody.' : stuck.map(name).join(', ')}</p>
    </section>
    <section class="card mistakes" aria-label="What many have in common">
      <h2>In common</h2>
      ${mistakes.length === 0 ? html`<p>No failed checks.</p>` : undefined}
      <ul>
        ${mistakes.map(
          ({ task, diagnosis, seats, tried }) => html`<li>
            <button type="button" class="secondary" aria-pressed=${marked.value === seats} onClick=${() => mark(seats)}>
              <strong>${seats.length} of ${tried}</strong> <code>${diagnosis}</code> <span class="muted">${task}</span>
            </button>
          </li>`,
        )}
      </ul>
    </section>
  </div>`;
}

function gridView(known: BoardPage): View {
  const exercises = [...Map.groupBy(known.tasks, ({ exercise }) => exercise)];
  return html`<div class="card grid scrolls" tabindex="0">
    <table>
      <caption class="announcer">Seats and tasks</caption>
      <thead>
        <tr><th scope="col" rowspan="2">Seat</th>${exercises.map(([name, tasks]) => html`<th scope="colgroup" colspan=${tasks.length}>${name}</th>`)}</tr>
        <tr>${known.tasks.map(({ id, title }) => html`<th scope="col" title=${title}>${id.slice(id.lastIndexOf('/') + 1)}</th>`)}</tr>
      </thead>
      <tbody>${known.seats.map((seat) => rowView(seat, known))}</tbody>
    </table>
  </div>`;
}

function rowView(seat: SeatPage, known: BoardPage): View {
  const isStuck = known.summary.stuck.includes(seat.seat);
  const isMarked = marked.value.includes(seat.seat);
  return html`<tr key=${seat.seat} class="${isStuck ? 'stuck' : ''} ${isMarked ? 'marked' : ''}">
    <th scope="row">
      <span class="seat-number">${seat.number}</span> ${nameOf(seat, seat.seat)}
      ${seat.isHandUp ? html`<span class="hand" title="raised a hand">hand up</span>` : undefined}
      ${isStuck ? html`<span class="hand">stuck</span>` : undefined}
    </th>
    ${known.tasks.map(({ id }) => cellView(seat, id, seat.cells[id]))}
  </tr>`;
}

const signs: Readonly<Record<Cell['state'], string>> = {
  open: '·',
  solved: '✓',
  shown: '◐',
  skipped: '–',
  failing: '✗',
  again: '↻',
  undecided: '?',
  broken: '!',
};

function cellView({ seat, at }: SeatPage, task: string, cell: Cell | undefined): View {
  if (cell === undefined) return html`<td class="cell ${at === task ? 'at' : ''}"></td>`;
  const { state, diagnosis, repeated, tries } = cell;
  const words = [state, diagnosis, tries > 0 ? `${tries} tries` : ''].filter((word) => word !== '').join(', ');
  return html`<td class="cell ${state} ${at === task ? 'at' : ''}">
    <button type="button" title=${words} aria-label=${`${task}: ${words}`} onClick=${() => choose(seat, task)}>
      ${signs[state]}${repeated > 1 ? html`<sub>${repeated}</sub>` : undefined}
    </button>
  </td>`;
}

function detailView({ seats }: BoardPage): View {
  const at = chosen.value;
  const seat = seats.find((one) => one.seat === at?.seat);
  const cell = at === undefined ? undefined : seat?.cells[at.task];
  if (at === undefined || cell === undefined) return undefined;
  return html`<section class="card detail" aria-live="polite">
    <h2>${nameOf(seat, at.seat)} · ${at.task}</h2>
    <p>${cell.state}${cell.diagnosis === '' ? undefined : html` <code>${cell.diagnosis}</code>`} · ${cell.tries} tries · ${cell.hints} hints</p>
    <p>${cell.say.replaceAll('`', '')}</p>
    <button type="button" class="quiet" onClick=${() => choose('', '')}>Close</button>
  </section>`;
}

function nameOf(seat: SeatPage | undefined, otherwise: string): string {
  return seat === undefined || seat.person === '' ? otherwise : seat.person;
}

function mark(seats: readonly string[]): void {
  marked.value = marked.value === seats ? [] : seats;
}

function choose(seat: string, task: string): void {
  chosen.value = seat === '' ? undefined : { seat, task };
}

function solvedShare({ seats, tasks }: BoardPage): number {
  const all = seats.length * tasks.length;
  const solved = seats.flatMap(({ cells }) => Object.values(cells)).filter(({ state }) => state === 'solved').length;
  return all === 0 ? 0 : Math.round((solved / all) * 100);
}

function watch(): void {
  const events = new EventSource('/api/board/events');
  events.addEventListener('open', () => {
    connected.value = true;
  });
  events.addEventListener('error', () => {
    connected.value = false;
  });
  events.addEventListener('board', (event) => {
    board.value = JSON.parse(event.data);
    document.title = `${board.value?.title ?? ''} · podlab`;
  });
  events.addEventListener('seats', (event) => {
    const { seats, summary }: Pick<BoardPage, 'seats' | 'summary'> = JSON.parse(event.data);
    if (board.value === undefined) return;
    const changed = new Map(seats.map((seat) => [seat.seat, seat]));
    board.value = { ...board.value, summary, seats: board.value.seats.map((one) => changed.get(one.seat) ?? one) };
  });
}

const root = document.getElementById('page');
if (root !== null) render(html`<${Page} />`, root);
watch();
