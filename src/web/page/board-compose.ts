// A word to everybody, to those with one diagnosis, or to one seat.

import { useEffect, useRef, useState } from 'preact/hooks';
import { type Audience, audience, busy, nameOf, say, seatNamed } from './board-state.ts';
import { html, type View } from './dom.ts';

export function Compose({ to }: { to: Audience }): View {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), [to]);
  const send = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== '') void say(to, text.trim()).then(() => setText(''));
  };
  return html`<form class="card compose" onSubmit=${send} aria-label="A word from the instructor">
    <label for="word">To ${inWords(to)}</label>
    <textarea id="word" ref=${field} rows="2" maxlength="1000" value=${text}
      onInput=${(event: Event) => setText((event.currentTarget as HTMLTextAreaElement).value)}></textarea>
    <div class="actions">
      <button type="submit" class="primary" disabled=${busy.value !== '' || text.trim() === ''}>Send</button>
      <button type="button" class="quiet" onClick=${close}>Cancel</button>
    </div>
  </form>`;
}

function close(): void {
  audience.value = undefined;
}

function inWords(to: Audience): string {
  if (to.kind === 'all') return 'everybody';
  if (to.kind === 'seat') return nameOf(seatNamed(to.seat), to.seat);
  return `those who now have “${to.diagnosis}” at ${to.task}`;
}
