// The instructor's page: a row for each seat, a column for each task, and above it what many have in common.

import { signal } from '@preact/signals';
import { render, type VNode } from 'preact';
import type { BoardPage, BoardSummary, Cell, SeatPage } from '../instructor/board-page.ts';
import { Compose } from './board-compose.ts';
import { Detail } from './board-detail.ts';
import {
  answerHand,
  audience,
  board,
  busy,
  choose,
  chosen,
  connected,
  nameOf,
  outcome,
  seatNamed,
  times,
  watch,
} from './board-state.ts';
import { html, type View } from './dom.ts';
import { now, timeLeft } from './time-left.ts';

/** Seats that made this mistake are marked. `task diagnosis`. */
const marked = signal('');

function Page(): View {
  const known = board.value;
  if (known === undefined) return html`<main class="loading">Loading…</main>`;
  const seat = seatNamed(chosen.value?.seat ?? '');
  return html`<div class="page">
    ${topBar(known)}
    <main class="board ${seat === undefined ? '' : 'with-detail'}">
      <div class="overview">
        ${summaryView(known.summary)}
        ${audience.value === undefined ? undefined : html`<${Compose} to=${audience.value} />`}
        ${outcome.value.text === '' ? undefined : html`<p class="outcome ${outcome.value.isGood ? '' : 'bad'}">${outcome.value.text}</p>`}
        ${gridView(known)}
      </div>
      ${seat === undefined ? undefined : html`<${Detail} key=${seat.seat} seat=${seat} task=${chosen.value?.task ?? ''} />`}
    </main>
    <div class="announcer" role="status" aria-live="polite">${outcome.value.text}</div>
  </div>`;
}

function topBar(known: BoardPage): View {
  const { opensAt, closesAt } = times.value;
  const isEarly = opensAt !== undefined && opensAt > now.value;
  return html`<header class="top">
    <span class="brand">podlab</span>
    <span class="lab">${known.title}</span>
    <span class="live ${connected.value ? 'on' : ''}">${connected.value ? 'live' : 'not connected'}</span>
    ${isEarly ? html`<span class="time-left">not open yet</span>` : closesAt === undefined ? undefined : html`<span class="time-left">${timeLeft(closesAt - now.value)}</span>`}
    <span class="progress">${known.seats.length} seats · ${solvedShare(known)} % solved</span>
    <nav aria-label="Results">
      ${(['csv', 'json', 'xapi'] as const).map((format) => html`<a class="export" href=${`/api/export?format=${format}`} download>${format === 'xapi' ? 'xAPI' : format.toUpperCase()}</a>`)}
    </nav>
    <button type="button" class="primary" onClick=${() => write({ kind: 'all' })}>Say to all</button>
  </header>`;
}

function summaryView({ mistakes, stuck, hands }: BoardSummary): View {
  const nameFor = (seat: string) => nameOf(seatNamed(seat), seat);
  const open = (seat: string) => () => choose(seat, seatNamed(seat)?.at ?? '');
  return html`<div class="summary">
    <section class="card" aria-label="Raised hands">
      <h2>Hands up <span class="count">${hands.length}</span></h2>
      ${hands.length === 0 ? html`<p>Nobody.</p>` : undefined}
      <ul>
        ${hands.map(
          (seat) => html`<li key=${seat}>
            <button type="button" class="link" onClick=${open(seat)}>${nameFor(seat)}</button>
            <button type="button" class="quiet" disabled=${busy.value !== ''} aria-label=${`Answer ${nameFor(seat)}`} onClick=${() => void answerHand(seat, '')}>Answer</button>
          </li>`,
        )}
      </ul>
    </section>
    <section class="card" aria-label="Stuck">
      <h2>Stuck <span class="count">${stuck.length}</span></h2>
      ${stuck.length === 0 ? html`<p>Nobody.</p>` : undefined}
      <ul>${stuck.map((seat) => html`<li key=${seat}><button type="button" class="link" onClick=${open(seat)}>${nameFor(seat)}</button></li>`)}</ul>
    </section>
    <section class="card mistakes" aria-label="What many have in common">
      <h2>In common</h2>
      ${mistakes.length === 0 ? html`<p>No failed checks.</p>` : undefined}
      <ul>
        ${mistakes.map(({ task, diagnosis, seats, tried }) => {
          const key = `${task} ${diagnosis}`;
          return html`<li key=${key}>
            <button type="button" class="secondary" aria-pressed=${marked.value === key} onClick=${() => mark(key)}>
              <strong>${seats.length} of ${tried}</strong> <code>${diagnosis}</code> <span class="muted">${task}</span>
            </button>
            <button type="button" class="quiet" aria-label=${`Say something to those with ${diagnosis} at ${task}`} onClick=${() => write({ kind: 'mistake', task, diagnosis })}>Say</button>
          </li>`;
        })}
      </ul>
    </section>
  </div>`;
}

function gridView(known: BoardPage): View {
  const exercises = [...Map.groupBy(known.tasks, ({ exercise }) => exercise)];
  const mistake = known.summary.mistakes.find(({ task, diagnosis }) => `${task} ${diagnosis}` === marked.value);
  const inMistake = new Set(mistake?.seats);
  const stuck = new Set(known.summary.stuck);
  return html`<div class="card grid scrolls" tabindex="0" role="region" aria-label="Seats and tasks">
    <table>
      <caption class="announcer">Seats and tasks</caption>
      <thead>
        <tr><th scope="col" rowspan="2">Seat</th>${exercises.map(([name, tasks]) => html`<th scope="colgroup" colspan=${tasks.length}>${name}</th>`)}</tr>
        <tr>${known.tasks.map(({ id, title }) => html`<th scope="col" title=${title}>${id.slice(id.lastIndexOf('/') + 1)}</th>`)}</tr>
      </thead>
      <tbody>${known.seats.map((seat) => row(seat, known.tasks, stuck.has(seat.seat), inMistake.has(seat.seat)))}</tbody>
    </table>
  </div>`;
}

/** Rows as they were drawn last: of 200 seats with 30 tasks each only those that changed are drawn again. */
const drawn = new WeakMap<SeatPage, { readonly marks: string; readonly view: VNode }>();

function row(seat: SeatPage, tasks: BoardPage['tasks'], isStuck: boolean, isMarked: boolean): VNode {
  const isChosen = chosen.value?.seat === seat.seat;
  const marks = `${isStuck ? 'stuck' : ''} ${isMarked ? 'marked' : ''} ${isChosen ? 'chosen' : ''}`;
  const before = drawn.get(seat);
  if (before?.marks === marks) return before.view;
  const view = html`<tr key=${seat.seat} class=${marks}>
    <th scope="row">
      <span class="seat-number">${seat.number}</span>
      <button type="button" class="link" onClick=${() => choose(seat.seat, seat.at)}>${nameOf(seat, seat.seat)}</button>
      ${seat.isHandUp ? html`<span class="hand" title="raised a hand">hand up</span>` : undefined}
      ${isStuck ? html`<span class="hand">stuck</span>` : undefined}
      ${seat.isForked ? html`<span class="hand" title="it sent another history than the known one">begins anew?</span>` : undefined}
      ${seat.late > 0 ? html`<span class="hand" title="done while the workshop was not open">${seat.late} late</span>` : undefined}
    </th>
    ${tasks.map(({ id }) => cellView(seat, id, seat.cells[id]))}
  </tr>`;
  drawn.set(seat, { marks, view });
  return view;
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

function write(to: NonNullable<typeof audience.value>): void {
  audience.value = to;
}

function mark(key: string): void {
  marked.value = marked.value === key ? '' : key;
}

function solvedShare({ seats, tasks }: BoardPage): number {
  const all = seats.length * tasks.length;
  const solved = seats.flatMap(({ cells }) => Object.values(cells)).filter(({ state }) => state === 'solved').length;
  return all === 0 ? 0 : Math.round((solved / all) * 100);
}

const root = document.getElementById('page');
if (root !== null) render(html`<${Page} />`, root);
watch();
