// A stream that remembers what was written, and a ticker that is moved by hand.

import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { TextStream, Ticker } from '../../../../src/cli/terminal/spinner.ts';

export interface FakeStream {
  readonly stream: TextStream;
  /** Everything written so far. */
  text(): string;
}

export function fakeStream(options: { isTTY?: boolean; columns?: number } = {}): FakeStream {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream: Object.assign(stream, options), text: () => chunks.join('') };
}

export interface HandTicker extends Ticker {
  /** Lets time pass; what is due is called. */
  advance(ms: number): void;
}

export function handTicker(): HandTicker {
  let now = 0;
  const timers = new Set<{ readonly ms: number; next: number; readonly call: () => void }>();
  return {
    now: () => now,
    every: (ms, call) => {
      const timer = { ms, next: now + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0];
        if (due === undefined) break;
        now = due.next;
        due.next += due.ms;
        due.call();
      }
      now = end;
    },
  };
}

/** What a terminal shows after the text, without its colours. */
export function screenOf(text: string): string {
  const lines = [''];
  for (const piece of stripVTControlCharacters(text.replaceAll('\u001b[K', '\v')).split(/(\r|\n|\v)/)) {
    const last = lines.length - 1;
    if (piece === '\n') lines.push('');
    // Whatever is written over a line erases it first, so return alone need not be told apart.
    else if (piece === '\v') lines[last] = '';
    else if (piece !== '\r') lines[last] += piece;
  }
  return lines.join('\n');
}
