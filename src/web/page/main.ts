// The page: the lab at the left, the room and its terminals at the right.

import { render } from 'preact';
import { useState } from 'preact/hooks';
import type { ExerciseEntry, LabPage } from '../participant/lab-page.ts';
import { html, type View } from './dom.ts';
import { richViews } from './rich-view.ts';
import { pictureView } from './room-picture.ts';
import {
  addressOf,
  announcement,
  busy,
  connected,
  exercise,
  fault,
  highlights,
  lab,
  reset,
  room,
  start,
} from './state.ts';
import { TaskView } from './task-view.ts';
import { Terminals } from './terminals.ts';
import { NoticesView, WorkshopBar } from './workshop-view.ts';

function Page(): View {
  const known = lab.value;
  if (known === undefined) return html`<main class="loading">${faultView() ?? 'Loading…'}</main>`;
  return html`<div class="page">
    <a class="skip" href="#exercise" onClick=${focusOn('exercise')}>To the exercise</a>
    <a class="skip" href="#terminals" onClick=${focusOn('terminals')}>To the terminals</a>
    ${topBar(known)}
    <main>
      <div class="text" id="exercise" tabindex="-1">
        ${faultView()}
        <${NoticesView} />
        ${exercise.value === undefined ? homeView(known) : html`<${ExerciseView} />`}
      </div>
      <div class="room">
        <section class="card" aria-label="Room">
          <header>
            <h2>${known.stack}</h2>
            <span class="live ${connected.value ? 'on' : ''}">${connected.value ? 'live' : 'not connected'}</span>
            <ul class="legend" aria-label="Legend">
              <li class="nat">NAT: a way out</li>
              <li class="isolated">isolated: no way out</li>
            </ul>
          </header>
          ${pictureView(known.topology, room.value, highlights.value)}
        </section>
        <${Terminals} />
      </div>
    </main>
    <div class="announcer" role="status" aria-live="polite">${announcement.value}</div>
  </div>`;
}

function topBar(known: LabPage): View {
  const tasks = known.exercises.flatMap((one) => one.tasks);
  const done = tasks.filter(({ state }) => isDone(state)).length;
  return html`<header class="top">
    <a class="brand" href="#/">podlab</a>
    <a class="lab" href="#/">${known.title}</a>
    ${known.labs.length < 2 ? undefined : labsView(known)}
    <nav aria-label="Exercises">
      <ol class="steps">
        ${known.exercises.map(
          (one, n) => html`<li><a href=${addressOf(one.id)} class=${stepClass(one)} title=${one.title}
          aria-label=${`Exercise ${n + 1}: ${one.title}, ${stepWords(one)}`}
          aria-current=${one.id === exercise.value?.id ? 'step' : undefined}>${allDone(one) ? '✓' : n + 1}</a></li>`,
        )}
      </ol>
    </nav>
    <div class="progress">
      <progress value=${done} max=${tasks.length} aria-label="Tasks done"></progress>
      <span>${done} of ${tasks.length}</span>
    </div>
    <${WorkshopBar} />
  </header>`;
}

function labsView({ labs, name }: LabPage): View {
  const go = (event: Event) => {
    location.hash = `#/${(event.currentTarget as HTMLSelectElement).value}`;
  };
  return html`<select class="labs" aria-label="Lab" value=${name} onChange=${go}>
    ${labs.map((one) => html`<option value=${one.name}>${one.title}</option>`)}
  </select>`;
}

function homeView(known: LabPage): View {
  const next = known.current;
  return html`<article class="home">
    <h1>${known.title}</h1>
    <div class="prose">${richViews(known.story)}</div>
    <h2>Exercises</h2>
    <ol class="exercises">
      ${known.exercises.map(
        (one, n) => html`<li>
        <a href=${addressOf(one.id)} aria-current=${one.id === next ? 'step' : undefined}>
          <span class="number ${stepClass(one)}">${allDone(one) ? '✓' : n + 1}</span>
          <span class="title">${one.title}</span>
          <span class="minutes">${one.minutes} min</span>
          <span class="solved">${stepWords(one)}</span>
        </a>
      </li>`,
      )}
    </ol>
    ${next === '' ? html`<p class="all-done">This lab is done.</p>` : html`<a class="primary" href=${addressOf(next)}>${known.begun ? 'Go on' : 'Begin'}</a>`}
  </article>`;
}

function ExerciseView(): View {
  const shown = exercise.value;
  const known = lab.value;
  const [asks, setAsks] = useState(false);
  if (shown === undefined || known === undefined) return undefined;
  const at = known.exercises.findIndex(({ id }) => id === shown.id);
  const next = known.exercises[at + 1];
  const isBusy = busy.value !== '';
  return html`<article class="exercise" key=${shown.id}>
    <p class="eyebrow">Exercise ${at + 1} of ${known.exercises.length} · ${shown.minutes} min</p>
    <h1>${shown.title}</h1>
    ${busy.value === 'enter' ? html`<p class="note preparing" role="status">Preparing the room…</p>` : undefined}
    ${shown.parts.map((part) => (part.kind === 'prose' ? html`<div class="prose">${richViews(part.text)}</div>` : html`<${TaskView} key=${part.task.id} task=${part.task} />`))}
    <footer>
      ${shown.task === '' ? (next === undefined ? html`<a class="primary" href="#/">The lab is done</a>` : html`<a class="primary" href=${addressOf(next.id)}>Next: ${next.title}</a>`) : undefined}
      ${
        asks
          ? html`<span class="ask">What you built and answered here will be gone.
              <button type="button" class="danger" disabled=${isBusy} onClick=${() => void reset().then(() => setAsks(false))}>Reset</button>
              <button type="button" class="secondary" onClick=${() => setAsks(false)}>Keep it</button></span>`
          : html`<button type="button" class="quiet" disabled=${isBusy} onClick=${() => setAsks(true)}>${busy.value === 'reset' ? 'Resetting…' : 'Reset this exercise'}</button>`
      }
    </footer>
  </article>`;
}

function faultView(): View {
  const what = fault.value;
  if (what === undefined) return undefined;
  return html`<div class="verdict broken" role="alert">
    <p class="head"><span class="sign" aria-hidden="true">!</span> ${what.message}</p>
    ${what.hint === '' ? undefined : html`<p class="say">${what.hint}</p>`}
  </div>`;
}

/** The address says which exercise is open, so links within the page must leave it alone. */
function focusOn(id: string): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    const target = document.getElementById(id);
    const inside = target?.querySelector<HTMLElement>('[aria-selected=true]');
    (inside ?? target)?.focus();
    target?.scrollIntoView();
  };
}

function isDone(state: string): boolean {
  return state === 'solved' || state === 'skipped';
}

function allDone({ tasks }: ExerciseEntry): boolean {
  return tasks.every(({ state }) => isDone(state));
}

function stepClass(one: ExerciseEntry): string {
  if (allDone(one)) return 'done';
  return one.tasks.some(({ state }) => state !== 'open') ? 'begun' : '';
}

function stepWords({ tasks }: ExerciseEntry): string {
  return `${tasks.filter(({ state }) => state === 'solved').length} of ${tasks.length} solved`;
}

const root = document.getElementById('page');
if (root !== null) render(html`<${Page} />`, root);
void start();
