// The page's requests to the server that it came from.

import type { ExercisePage, LabPage, SolutionPage, VerdictPage } from '../participant/lab-page.ts';
import type { Rich } from '../rich-text.ts';

export interface Pages {
  readonly lab: LabPage;
  readonly exercise: ExercisePage;
}

export interface Checked extends Pages {
  readonly verdict?: VerdictPage;
  readonly solved?: boolean;
  readonly askedAgain?: boolean;
  /** The answer could not be read; this did not count. */
  readonly malformed?: readonly Rich[];
  readonly solution?: SolutionPage;
}

export interface Hinted extends Pages {
  readonly hint:
    | { readonly kind: 'hint'; readonly number: number; readonly of: number }
    | { readonly kind: 'locked'; readonly fails: number; readonly ms: number }
    | { readonly kind: 'none-left' };
}

/** Where the page's data is: a seat of a workshop has its own place on the server. */
export const base = location.pathname.endsWith('/seat') ? location.pathname : '';

/** What a request that failed says. */
export class RequestFault extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** @param name '' for the lab that the seat is in */
export function fetchLab(name = ''): Promise<LabPage> {
  return answerOf(fetch(`${base}/api/lab${name === '' ? '' : `?name=${encodeURIComponent(name)}`}`));
}

export function fetchExercise(id: string): Promise<Pages> {
  return answerOf(fetch(`${base}/api/exercise?id=${encodeURIComponent(id)}`));
}

export function post<T = Pages>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return answerOf(fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerOf<T>(request: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await request;
  } catch {
    throw new RequestFault(
      'podlab does not answer any more.',
      base === '' ? 'Start it again with: podlab page' : 'Look whether you are online, then reload this page.',
    );
  }
  const text = await response.text();
  const data = text.startsWith('{') ? JSON.parse(text) : { error: { message: text.trim(), hint: '' } };
  if (response.ok) return data;
  throw new RequestFault(data.error?.message ?? data.message ?? 'the request failed', data.error?.hint ?? '');
}

/** Shows the token of a card, once; from then on a cookie that no script can read says which seat this is. */
export async function enterSeat(token: string): Promise<void> {
  await post('/enter', { token });
}
