// What the verbs that serve a page have in common: a port, and a wait for the end.

import { LabError } from '../error.ts';
import type { App } from './app.ts';

/** @throws LabError USAGE */
export function portOf(given: string | boolean | undefined): number {
  const port = Number(given ?? 0);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new LabError('USAGE', `--port: there is no port ${given}`, { hint: 'Write a number from 1 to 65535.' });
}

/** Somebody who presses Enter wants another link, for another browser. */
export async function untilInterrupted(app: App, onEnter: () => void): Promise<void> {
  const isAtTerminal = app.stdin.isTTY === true;
  if (isAtTerminal) app.stdin.on('data', onEnter);
  await new Promise<void>((resolve) => {
    if (app.signal.aborted) resolve();
    else app.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  if (isAtTerminal) {
    app.stdin.off('data', onEnter);
    app.stdin.pause();
  }
}
