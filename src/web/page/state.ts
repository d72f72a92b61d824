// Everything that the page knows, and the few things that change it.

import { computed, signal } from '@preact/signals';
import type { RoomView } from '../../probe/room-view.ts';
import type { InboxPage } from '../participant/inbox-page.ts';
import type { ExercisePage, LabPage, SolutionPage, VerdictPage } from '../participant/lab-page.ts';
import type { Rich } from '../rich-text.ts';
import { highlightsOf } from './highlights.ts';
import {
  base,
  type Checked,
  enterSeat,
  fetchExercise,
  fetchLab,
  type Hinted,
  type Pages,
  post,
  RequestFault,
} from './requests.ts';

/** What was said about a task since the page was opened. */
export interface Said {
  readonly verdict?: VerdictPage;
  readonly askedAgain?: boolean;
  readonly malformed?: readonly Rich[];
  readonly hint?: Hinted['hint'];
  readonly solution?: SolutionPage;
}

export const lab = signal<LabPage | undefined>(undefined);
/** The exercise that is open; undefined on the lab's first page. */
export const exercise = signal<ExercisePage | undefined>(undefined);
/** Undefined before the first look; null while the room is not up. */
export const room = signal<RoomView | null | undefined>(undefined);
export const connected = signal(true);
/** What the workshop has told this seat; undefined for somebody who is in none. */
export const inbox = signal<InboxPage | undefined>(undefined);
/** When the workshop closes, on this browser's own running clock; undefined when it has no end. Milliseconds. */
export const closesAt = signal<number | undefined>(undefined);
/** What is being done, as `check make`; '' for nothing. */
export const busy = signal('');
export const said = signal<Readonly<Record<string, Said>>>({});
export const fault = signal<RequestFault | undefined>(undefined);
/** Read out by a screen reader as soon as it changes. */
export const announcement = signal('');
/** The task whose verdict the picture shows. */
const lastChecked = signal('');

export const highlights = computed(() => {
  const verdict = said.value[lastChecked.value]?.verdict;
  const first = lab.value?.topology.nodes[0]?.name ?? '';
  return verdict === undefined ? new Map() : highlightsOf(verdict, first);
});

export const keyOf = (exerciseId: string, task: string) => `${exerciseId} ${task}`;

export async function start(): Promise<void> {
  const [, token = ''] = /^#([\w-]{20,100})$/.exec(location.hash) ?? [];
  await guarded('load', async () => {
    // The token must not stay in the address, where it could be seen or shared.
    if (token !== '') history.replaceState(undefined, '', `${location.pathname}#/`);
    if (token !== '' && base !== '') await enterSeat(token);
    lab.value = await fetchLab();
  });
  if (lab.value === undefined) return;
  window.addEventListener('hashchange', () => void follow());
  await follow();
  watch();
}

/** Shows what the address says: `#/` is the lab, `#/LAB` another lab, `#/LAB/EXERCISE` an exercise. */
async function follow(): Promise<void> {
  const id = decodeURIComponent(location.hash.replace(/^#\/?/, ''));
  const isLab = lab.value?.labs.some(({ name }) => name === id) === true;
  if (id === '' || isLab) {
    exercise.value = undefined;
    if (isLab && id !== lab.value?.name) {
      await guarded('load', async () => {
        lab.value = await fetchLab(id);
      });
    }
    document.title = `${lab.value?.title ?? 'podlab'} · podlab`;
    return;
  }
  await guarded('open', async () => {
    take(await fetchExercise(id));
    document.title = `${exercise.value?.title ?? ''} · podlab`;
  });
  window.scrollTo({ top: 0 });
  await guarded('enter', async () => take(await post('/api/enter', { exercise: id })));
}

export function addressOf(id: string): string {
  return `#/${id}`;
}

export async function check(task: string, given: string): Promise<void> {
  const at = exercise.value?.id ?? '';
  await guarded(`check ${task}`, async () => {
    const outcome = await post<Checked>('/api/check', { exercise: at, task, given });
    note(at, task, outcome);
    announce(task, outcome);
    take(outcome);
  });
}

export async function solve(task: string): Promise<void> {
  const at = exercise.value?.id ?? '';
  await guarded(`solve ${task}`, async () => {
    const outcome = await post<Checked>('/api/solve', { exercise: at, task });
    note(at, task, outcome);
    announce(task, outcome);
    take(outcome);
  });
}

export async function showSolution(task: string): Promise<void> {
  const at = exercise.value?.id ?? '';
  await guarded(`solution ${task}`, async () => {
    const outcome = await post<Checked>('/api/solution', { exercise: at, task });
    note(at, task, { ...said.value[keyOf(at, task)], ...outcome });
    take(outcome);
  });
}

export async function hint(task: string): Promise<void> {
  const at = exercise.value?.id ?? '';
  await guarded(`hint ${task}`, async () => {
    const outcome = await post<Hinted>('/api/hint', { exercise: at, task });
    note(at, task, { ...said.value[keyOf(at, task)], hint: outcome.hint });
    if (outcome.hint.kind === 'hint')
      announcement.value = `Hint ${outcome.hint.number} of ${outcome.hint.of} is shown.`;
    else announcement.value = describeHint(outcome.hint);
    take(outcome);
  });
}

export async function skip(task: string, reason: string): Promise<void> {
  const at = exercise.value?.id ?? '';
  await guarded(`skip ${task}`, async () => take(await post('/api/skip', { exercise: at, task, reason })));
}

export async function reset(): Promise<void> {
  const at = exercise.value?.id ?? '';
  await guarded('reset', async () => {
    take(await post('/api/reset', { exercise: at }));
    said.value = {};
    announcement.value = 'The exercise is back at its start.';
  });
}

export async function raiseHand(up: boolean): Promise<void> {
  await guarded('hand', async () => {
    await post('/api/hand', { up });
    if (inbox.value !== undefined) inbox.value = { ...inbox.value, isHandUp: up };
    announcement.value = up ? 'Your hand is up.' : 'Your hand is down.';
  });
}

export function describeHint(outcome: Exclude<Hinted['hint'], { kind: 'hint' }>): string {
  if (outcome.kind === 'none-left') return 'There are no more hints; the solution is below.';
  const conditions = [
    ...(outcome.fails > 0 ? [`after ${outcome.fails} more failed check${outcome.fails === 1 ? '' : 's'}`] : []),
    ...(outcome.ms > 0 ? [`in ${Math.ceil(outcome.ms / 1000)} s`] : []),
  ];
  if (conditions.length === 0) return 'The instructor opens the hints of this task. Raise your hand to ask for help.';
  return `The next hint opens ${conditions.join(' and ')}.`;
}

function take(pages: Pages): void {
  lab.value = pages.lab;
  exercise.value = pages.exercise;
}

function note(at: string, task: string, { verdict, askedAgain, malformed, hint, solution }: Said): void {
  const key = keyOf(at, task);
  const kept: Said = {
    ...(verdict && { verdict }),
    ...(askedAgain && { askedAgain }),
    ...(malformed && { malformed }),
    ...(hint && { hint }),
    ...(solution && { solution }),
  };
  said.value = { ...said.value, [key]: kept };
  if (verdict !== undefined) lastChecked.value = key;
}

function announce(task: string, { verdict, malformed, askedAgain }: Checked): void {
  const plain = (text: readonly Rich[]) =>
    text.map((rich) => (typeof rich === 'string' ? rich : rich.children.join(''))).join('');
  // The same words twice in a row are read once only, so the time is part of them.
  const stamp = new Date().toLocaleTimeString();
  if (malformed !== undefined) announcement.value = `${plain(malformed)}. This did not count. ${stamp}`;
  else if (askedAgain)
    announcement.value = `Right. The room has been changed a little: the same question once more. ${stamp}`;
  else if (verdict?.kind === 'pass') announcement.value = `${task}: passed. ${stamp}`;
  else if (verdict?.kind === 'blocked') announcement.value = `${task} is blocked by ${verdict.by}. ${stamp}`;
  else if (verdict !== undefined) announcement.value = `${task}: not yet. ${plain(verdict.text)} ${stamp}`;
}

async function guarded(what: string, work: () => Promise<void>): Promise<void> {
  busy.value = what;
  try {
    await work();
    fault.value = undefined;
  } catch (error) {
    fault.value = error instanceof RequestFault ? error : new RequestFault(String(error), '');
    announcement.value = fault.value.message;
  } finally {
    busy.value = '';
  }
}

function watch(): void {
  const events = new EventSource(`${base}/api/events`);
  events.addEventListener('open', () => {
    connected.value = true;
  });
  events.addEventListener('error', () => {
    connected.value = false;
  });
  events.addEventListener('room', (event) => {
    room.value = JSON.parse(event.data);
  });
  events.addEventListener('progress', () => void refresh());
  events.addEventListener('inbox', (event) => takeInbox(JSON.parse(event.data)));
}

function takeInbox(page: InboxPage): void {
  const last = inbox.value?.notices.at(-1)?.number ?? 0;
  const isFirst = inbox.value === undefined;
  inbox.value = page;
  closesAt.value = page.closesInMs === undefined ? undefined : performance.now() + page.closesInMs;
  const fresh = page.notices.filter(({ number }) => number > last);
  if (isFirst || fresh.length === 0) return;
  announcement.value = `From the instructor: ${fresh.map(({ text }) => text).join(' ')}`;
  if (!fresh.some(({ kind }) => kind === 'reset')) return;
  // What was said about the room before is about another one.
  said.value = {};
  void refresh();
}

/** Another podlab has written progress: a check in a terminal, for example. */
async function refresh(): Promise<void> {
  if (busy.value !== '') return;
  try {
    const at = exercise.value?.id;
    if (at === undefined) lab.value = await fetchLab();
    else take(await fetchExercise(at));
  } catch {
    // The next action will say what is wrong.
  }
}
