// Waiting for something that is looked at again and again, with the last look in the error.

import { LabError } from '../error.ts';

export interface Look {
  readonly isDone: boolean;
  /** What was seen: shown while waiting, and in the error when it never comes. '' for nothing new. */
  readonly seen: string;
}

export interface WaitOptions {
  readonly withinMs: number;
  readonly everyMs: number;
  readonly update: (seen: string) => void;
  /** Ends the wait at the next look. */
  readonly signal: AbortSignal;
}

/**
 * @param what names the thing waited for, as in "all nodes Ready"
 * @param look may throw LabError, which counts as "not yet"
 * @throws LabError TIMEOUT with the last thing seen, CANCELLED
 */
export async function waitUntil(what: string, look: () => Promise<Look>, options: WaitOptions): Promise<void> {
  const deadline = performance.now() + options.withinMs;
  let last = '';
  for (;;) {
    const { isDone, seen } = await look().catch((error: unknown): Look => {
      if (error instanceof LabError && error.code !== 'CANCELLED') return { isDone: false, seen: error.message };
      throw error;
    });
    if (options.signal.aborted) throw new LabError('CANCELLED', 'interrupted');
    if (isDone) return;
    if (seen !== '' && seen !== last) options.update(seen.split('\n')[0] ?? '');
    last = seen || last;
    if (performance.now() > deadline) {
      throw new LabError('TIMEOUT', `${what}: not after ${options.withinMs / 1000} s; last seen: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs));
  }
}
