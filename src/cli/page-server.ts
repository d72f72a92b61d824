// What the verbs that serve a page have in common: they wait for the end.

import type { App } from './app.ts';

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
