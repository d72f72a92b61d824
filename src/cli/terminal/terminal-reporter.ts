// Progress at a terminal: a spinner while something runs, one line for what took long or failed.

import type { Reporter } from '../../reporter.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { formatDuration } from './duration.ts';
import { createPaint, hasColor } from './paint.ts';
import { type Spinner, startSpinner, systemTicker, type TextStream, type Ticker } from './spinner.ts';

interface Step {
  readonly title: string;
  readonly started: number;
  detail: string;
}

// Shorter steps leave no trace, and need no clock beside them.
const longMs = 1000;

/** Steps may nest and run side by side: the one begun last is shown, with its detail and, after a second, its time. */
export function terminalReporter(stream: TextStream, ticker: Ticker = systemTicker): Reporter {
  const paint = createPaint(hasColor(stream));
  const running: Step[] = [];
  let spinner: Spinner | undefined;

  const currentLine = () => {
    const step = running.at(-1);
    if (step === undefined) return '';
    const ms = ticker.now() - step.started;
    const detail = step.detail === '' ? '' : `: ${step.detail}`;
    return `${step.title}${detail}${ms < longMs ? '' : ` (${formatDuration(Math.floor(ms / 1000) * 1000)})`}`;
  };
  const print = (line: string) => {
    spinner?.clear();
    stream.write(`${line}\n`);
    if (running.length > 0) spinner?.draw();
  };
  const end = (step: Step, sign: string, isKept: boolean) => {
    running.splice(running.indexOf(step), 1);
    if (running.length === 0) {
      spinner?.stop();
      spinner = undefined;
    }
    if (isKept) print(`${sign} ${step.title} (${formatDuration(ticker.now() - step.started)})`);
    else spinner?.draw();
  };

  return {
    step: async (title, work) => {
      const step: Step = { title: sanitizeLine(title), started: ticker.now(), detail: '' };
      running.push(step);
      if (spinner === undefined) spinner = startSpinner(stream, currentLine, ticker);
      else spinner.draw();
      try {
        const result = await work((detail) => {
          step.detail = sanitizeLine(detail);
        });
        end(step, paint('green', '✔'), ticker.now() - step.started >= longMs);
        return result;
      } catch (error) {
        end(step, paint('red', '✘'), true);
        throw error;
      }
    },
    info: (message) => print(sanitizeLine(message)),
    warn: (message) => print(`${paint('bold', 'warning:')} ${sanitizeLine(message)}`),
  };
}
