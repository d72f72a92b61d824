// Asks a busy API server again, within a limit: for requests that do no harm when they are made twice.

import { LabError } from '../../error.ts';
import type { ApiAnswer, ApiRequest, Transport } from './cluster-api.ts';

export interface Patience {
  /** For the first answer to a request; twice as long each time it is asked again. */
  readonly answerWithinMs: number;
  /** For all attempts at one request together; one that has begun is not cut short. */
  readonly withinMs: number;
  /** Between two attempts. */
  readonly pauseMs: number;
}

/** Under load an answer was seen to take more than 15 s; a server that starts anew takes less than a minute. */
export const usualPatience: Patience = { answerWithinMs: 15_000, withinMs: 120_000, pauseMs: 1000 };

/**
 * Every request must be one that can be made twice: by then the first may have been carried out. A server that was never
 * heard of is waited for only when it is silent: a wrong address or certificate does not get better.
 *
 * @param onWait is told why, once until the server answers again
 */
export function patientTransport(
  transport: Transport,
  { answerWithinMs, withinMs, pauseMs }: Patience,
  onWait: (why: string) => void,
): Transport {
  let wasHeard = false;
  let isWaiting = false;
  const wait = async (why: string) => {
    if (!isWaiting) onWait(why);
    isWaiting = true;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  };
  return async (request) => {
    const began = performance.now();
    for (let timeoutMs = answerWithinMs; ; timeoutMs *= 2) {
      const leftMs = Math.ceil(withinMs - (performance.now() - began));
      const enoughMs = Math.max(answerWithinMs, Math.min(timeoutMs, leftMs));
      const outcome = await attempt(transport, { ...request, timeoutMs: enoughMs });
      const isOver = performance.now() - began + pauseMs >= withinMs;
      if (outcome instanceof LabError) {
        if (!mayPass(outcome, wasHeard)) throw outcome;
        if (isOver) throw givenUp(outcome, withinMs);
        await wait(outcome.message);
      } else {
        wasHeard = true;
        if (isOver || !isBusy(outcome)) {
          isWaiting = isBusy(outcome);
          return outcome;
        }
        await wait(`${request.method} ${request.path}: status ${outcome.status}`);
      }
    }
  };
}

async function attempt(transport: Transport, request: ApiRequest): Promise<ApiAnswer | LabError> {
  try {
    return await transport(request);
  } catch (error) {
    if (error instanceof LabError && error.code === 'PROBE_FAILED') return error;
    throw error;
  }
}

/** Silence, and connections that break; where there was a server before, also that nobody listens. */
function mayPass({ cause }: LabError, wasHeard: boolean): boolean {
  const { name, code = '' } = (cause ?? {}) as { readonly name?: string; readonly code?: string };
  const isSilent = name === 'AbortError' || name === 'TimeoutError';
  return isSilent || ['ECONNRESET', 'EPIPE'].includes(code) || (wasHeard && code === 'ECONNREFUSED');
}

/** What a server says that is overloaded, that starts, or whose etcd is. */
function isBusy({ status, body }: ApiAnswer): boolean {
  if ([429, 502, 503, 504].includes(status)) return true;
  return status === 500 && /etcdserver: (request timed out|leader changed|no leader|too many requests)/.test(body);
}

function givenUp(last: LabError, withinMs: number): LabError {
  return new LabError('PROBE_FAILED', `${last.message}; it was asked again for ${withinMs / 1000} s`, {
    hint: 'See how the API server is: kubectl get --raw /readyz. Then run the same command again: it goes on with what is left.',
    cause: last,
  });
}
