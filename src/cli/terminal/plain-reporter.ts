// Progress for logs and pipes: a line when a step begins, now and then how far it is, a line when it ends.

import type { Reporter } from '../../reporter.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { formatDuration } from './duration.ts';
import { systemTicker, type TextStream, type Ticker } from './spinner.ts';

// A step that is over by then needs no line for its beginning.
const shortMs = 100;

// A build of ten minutes gives forty lines, and nobody wonders for long whether it still runs.
const detailEveryMs = 15_000;

export function plainReporter(stream: TextStream, ticker: Ticker = systemTicker): Reporter {
  const print = (line: string) => {
    stream.write(`${sanitizeLine(line)}\n`);
  };
  return {
    step: async (title, work) => {
      const started = ticker.now();
      let endTimer = () => {};
      endTimer = ticker.every(shortMs, () => {
        endTimer();
        print(`${title} ...`);
      });
      let detail = '';
      let printed = '';
      const endDetails = ticker.every(detailEveryMs, () => {
        if (detail !== printed) print(`${title}: ${detail} (${formatDuration(ticker.now() - started)} so far)`);
        printed = detail;
      });
      try {
        const result = await work((text) => {
          detail = text;
        });
        print(`${title}: done in ${formatDuration(ticker.now() - started)}`);
        return result;
      } catch (error) {
        print(`${title}: failed after ${formatDuration(ticker.now() - started)}`);
        throw error;
      } finally {
        endTimer();
        endDetails();
      }
    },
    info: print,
    warn: (message) => print(`warning: ${message}`),
  };
}
