// One seat, looked at closely: its room, what was seen at its last check, what it was told, and ways to help.

import { useState } from 'preact/hooks';
import type { Cell, SeatPage } from '../instructor/board-page.ts';
import { answerHand, audience, busy, choose, detail, forget, nameOf, reset, unlock } from './board-state.ts';
import { html, type View } from './dom.ts';
import { evidenceView } from './evidence-view.ts';
import { highlightsOf, type Tone } from './highlights.ts';
import { pictureView } from './room-picture.ts';

export function Detail({ seat, task }: { seat: SeatPage; task: string }): View {
  const known = detail.value?.seat === seat.seat ? detail.value : undefined;
  const cell = seat.cells[task];
  return html`<section class="card detail" aria-label="Seat">
    <header>
      <h2>${nameOf(seat, seat.seat)} <span class="muted">${seat.person === '' ? '' : seat.seat}</span></h2>
      <button type="button" class="quiet" onClick=${() => choose('', '')}>Close</button>
    </header>
    ${task === '' ? undefined : taskView(task, cell)}
    <${Actions} seat=${seat} task=${task} />
    ${roomView(known, cell)}
    ${known === undefined ? undefined : evidenceView(known.evidence, cell?.state === 'failing')}
    ${
      known === undefined || known.told.length === 0
        ? undefined
        : html`<h3>Told</h3><ul class="told">${known.told.map(({ number, kind, text }) => html`<li key=${number}><span class="muted">${toldWords[kind]}</span> ${text}</li>`)}</ul>`
    }
  </section>`;
}

const toldWords: Readonly<Record<string, string>> = {
  message: 'word',
  unlock: 'hints opened',
  reset: 'reset',
  hand: 'hand answered',
};

function taskView(task: string, cell: Cell | undefined): View {
  if (cell === undefined) return html`<p><code>${task}</code></p>`;
  const { state, diagnosis, repeated, tries, hints, say } = cell;
  return html`<div>
    <p><code>${task}</code></p>
    <p>${state}${diagnosis === '' ? undefined : html` <code class="diagnosis">${diagnosis}</code>`}${repeated > 1 ? ` ${repeated} times in a row` : ''} · ${tries} ${tries === 1 ? 'try' : 'tries'} · ${hints} ${hints === 1 ? 'hint' : 'hints'}</p>
    ${say === '' ? undefined : html`<p class="say">${say.replaceAll('`', '')}</p>`}
  </div>`;
}

function roomView(known: typeof detail.value, cell: Cell | undefined): View {
  if (known === undefined) return html`<p class="muted">Looking…</p>`;
  if (!known.isHere) return html`<p class="muted">This room is on the participant's own machine.</p>`;
  if (known.room === undefined) return html`<p class="muted">The room is not up.</p>`;
  const { topology, view } = known.room;
  return pictureView(topology, view, tonesOf(known, cell, topology.nodes[0]?.name ?? ''));
}

function tonesOf(
  { evidence }: NonNullable<typeof detail.value>,
  cell: Cell | undefined,
  firstNode: string,
): ReadonlyMap<string, Tone> {
  if (cell?.state === 'failing') {
    return highlightsOf({ kind: 'fail', id: cell.diagnosis, say: cell.say, evidence }, firstNode);
  }
  return cell?.state === 'solved' ? highlightsOf({ kind: 'pass', evidence }, firstNode) : new Map();
}

/** What takes something away is asked for twice. */
function Actions({ seat, task }: { seat: SeatPage; task: string }): View {
  const [asks, setAsks] = useState('');
  const isBusy = busy.value !== '';
  const exercise = task.split('/').slice(0, 2).join('/');
  const button = (words: string, onClick: () => void) =>
    html`<button type="button" class="secondary" disabled=${isBusy} onClick=${onClick}>${words}</button>`;
  const sure = (what: 'room' | 'exercise') => {
    setAsks('');
    void reset(seat.seat, what === 'room' ? '' : exercise);
  };
  if (asks !== '') {
    const what = asks === 'room' ? `Build the room of ${seat.seat} anew?` : `Take ${exercise} back to its start?`;
    return html`<p class="ask" role="alertdialog" aria-label=${what}>${what} What was built there is gone.
      <button type="button" class="danger" onClick=${() => sure(asks as 'room')}>Yes, reset</button>
      <button type="button" class="secondary" onClick=${() => setAsks('')}>Keep it</button></p>`;
  }
  return html`<div class="actions">
    ${seat.isHandUp ? button('Answer hand', () => void answerHand(seat.seat, '')) : undefined}
    ${button('Say something', () => {
      audience.value = { kind: 'seat', seat: seat.seat };
    })}
    ${task === '' ? undefined : button('Open hints', () => void unlock([seat.seat], task))}
    ${task === '' ? undefined : button('Reset exercise', () => setAsks('exercise'))}
    ${button('Reset room', () => setAsks('room'))}
    ${seat.isForked ? button('Let it begin again', () => void forget(seat.seat)) : undefined}
  </div>`;
}
