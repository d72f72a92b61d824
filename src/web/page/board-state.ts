// What the instructor's page knows, and what an instructor can do.

import { signal } from '@preact/signals';
import type { SeatDetail } from '../instructor/actions.ts';
import type { BoardPage, SeatPage } from '../instructor/board-page.ts';
import { post, RequestFault } from './requests.ts';

/** To whom a word goes: everybody, those with one diagnosis, or one seat. */
export type Audience =
  | { readonly kind: 'all' }
  | { readonly kind: 'mistake'; readonly task: string; readonly diagnosis: string }
  | { readonly kind: 'seat'; readonly seat: string };

export const board = signal<BoardPage | undefined>(undefined);
export const connected = signal(false);
export const chosen = signal<{ readonly seat: string; readonly task: string } | undefined>(undefined);
export const detail = signal<SeatDetail | undefined>(undefined);
/** The one that a word is being written to; undefined when none is. */
export const audience = signal<Audience | undefined>(undefined);
/** What is being done, such as `reset day1-03`; '' for nothing. */
export const busy = signal('');
/** What came of the last thing that was done. */
export const outcome = signal<{ readonly text: string; readonly isGood: boolean }>({ text: '', isGood: true });
/** When it opens and closes, on this browser's own running clock, milliseconds. */
export const times = signal<{ readonly opensAt?: number; readonly closesAt?: number }>({});

const lookMs = 3000;

export function nameOf(seat: SeatPage | undefined, otherwise: string): string {
  return seat === undefined || seat.person === '' ? otherwise : seat.person;
}

export function seatNamed(name: string): SeatPage | undefined {
  return board.value?.seats.find(({ seat }) => seat === name);
}

export function choose(seat: string, task: string): void {
  const isOther = detail.value?.seat !== seat;
  chosen.value = seat === '' ? undefined : { seat, task };
  if (isOther) detail.value = undefined;
  void look();
}

export async function say(to: Audience, text: string): Promise<void> {
  const seats = to.kind === 'seat' ? [to.seat] : [];
  const { task = '', diagnosis = '' } = to.kind === 'mistake' ? to : {};
  await act('say', async () => {
    const { seats: count } = await post<{ seats: number }>('/api/say', { text, seats, task, diagnosis });
    audience.value = undefined;
    return `Said to ${count} ${count === 1 ? 'seat' : 'seats'}.`;
  });
}

export async function unlock(seats: readonly string[], task: string): Promise<void> {
  await act('unlock', async () => {
    const { seats: count } = await post<{ seats: number }>('/api/unlock', { seats, task });
    return `The hints of ${task} are open for ${count} ${count === 1 ? 'seat' : 'seats'}.`;
  });
}

export async function answerHand(seat: string, text: string): Promise<void> {
  await act(`answer ${seat}`, async () => {
    await post('/api/answer', { seat, text });
    return `${nameOf(seatNamed(seat), seat)} knows that the hand was seen.`;
  });
}

/** @param exercise '' for the whole room */
export async function reset(seat: string, exercise: string): Promise<void> {
  await act(`reset ${seat}`, async () => {
    const { done } = await post<{ done: boolean }>('/api/reset', { seat, exercise });
    const what = exercise === '' ? `The room of ${seat}` : `${exercise} of ${seat}`;
    return done ? `${what} is back at its start.` : `${what} is taken back as soon as the seat hears of it.`;
  });
}

export async function forget(seat: string): Promise<void> {
  await act(`forget ${seat}`, async () => {
    await post('/api/forget', { seat });
    return `${seat} begins again.`;
  });
}

/** Looks at the chosen seat: its room, and what was seen at its last check. */
export async function look(): Promise<void> {
  const at = chosen.value;
  if (at === undefined) return;
  try {
    const query = new URLSearchParams({ seat: at.seat, ...(at.task === '' ? {} : { task: at.task }) });
    const answer = await fetch(`/api/seat?${query}`);
    if (!answer.ok || chosen.value?.seat !== at.seat || chosen.value.task !== at.task) return;
    detail.value = await answer.json();
  } catch {
    // The light at the top says that nothing comes any more.
  }
}

export function watch(): void {
  const events = new EventSource('/api/board/events');
  events.addEventListener('open', () => {
    connected.value = true;
  });
  events.addEventListener('error', () => {
    connected.value = false;
  });
  events.addEventListener('board', (event) => {
    const page: BoardPage = JSON.parse(event.data);
    board.value = page;
    const here = (ms: number | undefined) => (ms === undefined ? undefined : performance.now() + ms);
    const [opensAt, closesAt] = [here(page.opensInMs), here(page.closesInMs)];
    times.value = { ...(opensAt === undefined ? {} : { opensAt }), ...(closesAt === undefined ? {} : { closesAt }) };
    document.title = `${page.title} · podlab`;
  });
  events.addEventListener('seats', (event) => {
    const { seats, summary }: Pick<BoardPage, 'seats' | 'summary'> = JSON.parse(event.data);
    if (board.value === undefined) return;
    const changed = new Map(seats.map((seat) => [seat.seat, seat]));
    board.value = { ...board.value, summary, seats: board.value.seats.map((one) => changed.get(one.seat) ?? one) };
    if (changed.has(chosen.value?.seat ?? '')) void look();
  });
  setInterval(() => void look(), lookMs);
}

async function act(what: string, work: () => Promise<string>): Promise<void> {
  busy.value = what;
  try {
    outcome.value = { text: await work(), isGood: true };
    void look();
  } catch (error) {
    const { message, hint } = error instanceof RequestFault ? error : { message: String(error), hint: '' };
    outcome.value = { text: `${message}${hint === '' ? '' : ` ${hint}`}`, isGood: false };
  } finally {
    busy.value = '';
  }
}
