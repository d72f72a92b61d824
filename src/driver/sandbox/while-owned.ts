// Engines take seconds, clusters tens of them: work that is given up when the user interrupts it or the room goes under it.

import { LabError } from '../../error.ts';
import { isRunning, type ProcessIdentity } from '../../host/process.ts';

const lookEveryMs = 200;

/**
 * What still runs after the end of the promise ends with the room, which the caller then removes.
 *
 * @param work its signal is aborted when nobody waits for it any more
 * @throws LabError CANCELLED when `signal` fires, COMMAND_FAILED when the owner has ended
 */
export function whileOwned<T>(
  room: { readonly stack: string; readonly owner: ProcessIdentity },
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const given = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const giveUp = (error: LabError) => {
      reject(error);
      given.abort();
    };
    const cancel = () => giveUp(new LabError('CANCELLED', 'interrupted'));
    const look = () => {
      if (isRunning(room.owner)) return;
      const hint = `Run "podlab up ${room.stack}" again.`;
      giveUp(new LabError('COMMAND_FAILED', `room "${room.stack}": its owner was killed while it was made`, { hint }));
    };
    const timer = setInterval(look, lookEveryMs);
    given.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    work(given.signal)
      .then(resolve, reject)
      .finally(() => {
        clearInterval(timer);
        signal?.removeEventListener('abort', cancel);
      });
  });
}
