// Delay, jitter, loss and rate of a cable: the network's, unless the NIC has its own.

import type { Path, Problems } from './problems.ts';
import type { RawImpairment } from './raw-stack.ts';
import type { Impairment } from './topology.ts';
import { parseDelayMs, parseLossPercent, parseRateKbit } from './units.ts';

/** Longer than any link on Earth; netem itself takes more. */
const maxDelayMs = 60_000;

/**
 * @param own what this part of the file says, and is responsible for
 * @param inherited what holds where it says nothing
 */
export function impairmentOf(
  subject: string,
  own: RawImpairment,
  inherited: RawImpairment,
  path: Path,
  problems: Problems,
): Impairment {
  const { delay, jitter, loss, rate } = { ...inherited, ...own };
  const impairment = {
    delayMs: delay === undefined ? 0 : parseDelayMs(delay),
    jitterMs: jitter === undefined ? 0 : parseDelayMs(jitter),
    lossPercent: loss === undefined ? 0 : parseLossPercent(loss),
    rateKbit: rate === undefined ? 0 : parseRateKbit(rate),
  };
  for (const [key, ms] of [
    ['delay', impairment.delayMs],
    ['jitter', impairment.jitterMs],
  ] as const) {
    if (ms > maxDelayMs && own[key] !== undefined) {
      problems.error([...path, key], `${subject}: a ${key} of ${own[key]} is more than 60s`, 'Write 60s or less.');
    }
  }
  if (impairment.lossPercent > 100 && own.loss !== undefined) {
    problems.error([...path, 'loss'], `${subject}: a loss of ${own.loss} is more than 100%`, 'Write 0% to 100%.');
  }
  if (rate !== undefined && impairment.rateKbit < 1 && own.rate !== undefined) {
    const hint = 'Write 1kbit or more, or leave rate out for no limit.';
    problems.error([...path, 'rate'], `${subject}: a rate of ${own.rate} is less than 1kbit`, hint);
  }
  const isOwn = own.jitter !== undefined || own.delay !== undefined;
  if (isOwn && impairment.jitterMs > 0 && impairment.delayMs === 0) {
    const at = own.jitter === undefined ? 'delay' : 'jitter';
    const hint = `Add delay: ${jitter}, or write jitter: 0ms.`;
    problems.error([...path, at], `${subject}: a jitter of ${jitter} without a delay to vary`, hint);
  }
  return impairment;
}
