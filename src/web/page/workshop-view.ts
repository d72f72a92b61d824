// What a seat sees of its workshop: words of the instructor, a hand to raise, the time that is left.

import { signal } from '@preact/signals';
import { html, type View } from './dom.ts';
import { busy, closesAt, inbox, raiseHand } from './state.ts';
import { now, timeLeft } from './time-left.ts';

/** Numbers of notices that the participant has put away. */
const away = signal<readonly number[]>([]);
const mostShown = 2;

export function NoticesView(): View {
  const shown = (inbox.value?.notices ?? []).filter(({ number }) => !away.value.includes(number)).slice(-mostShown);
  if (shown.length === 0) return undefined;
  return html`<section class="notices" aria-label="From the instructor">
    ${shown.toReversed().map(
      ({ number, kind, text }) => html`<div key=${number} class="notice ${kind}">
        <p><strong>From the instructor</strong> ${text}</p>
        <button type="button" class="quiet" onClick=${() => putAway(number)}>Put away</button>
      </div>`,
    )}
  </section>`;
}

export function WorkshopBar(): View {
  const known = inbox.value;
  if (known === undefined) return undefined;
  const { isHandUp } = known;
  return html`<div class="workshop">
    ${closesAt.value === undefined ? undefined : html`<span class="time-left">${timeLeft(closesAt.value - now.value)}</span>`}
    <button type="button" class="secondary" aria-pressed=${isHandUp} disabled=${busy.value === 'hand'}
      onClick=${() => void raiseHand(!isHandUp)}>${isHandUp ? 'Hand is up' : 'Raise hand'}</button>
  </div>`;
}

function putAway(number: number): void {
  away.value = [...away.value, number];
}
