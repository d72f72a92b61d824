// Progress on standard error: a spinner at a terminal, lines elsewhere.

import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { type Reporter, silentReporter } from '../../reporter.ts';
import { formatDuration } from './duration.ts';

type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export function chooseReporter({ stream, quiet }: { stream: Stream; quiet: boolean }): Reporter {
  if (quiet) return silentReporter;
  return stream.isTTY === true ? terminalReporter(stream) : plainReporter(stream);
}

/** Below this a step is not worth a line of its own before it is done. */
const shortMs = 100;

/** One line at the end of each step with its duration, and one at the start of those that are not short. */
export function plainReporter(stream: Stream): Reporter {
  return {
    step: async (title, work) => {
      const started = performance.now();
      const timer = setTimeout(() => stream.write(`${title} …\n`), shortMs);
      try {
        const result = await work(() => {});
        stream.write(`${title}: done in ${formatDuration(performance.now() - started)}\n`);
        return result;
      } catch (error) {
        stream.write(`${title}: failed after ${formatDuration(performance.now() - started)}\n`);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    info: (message) => stream.write(`${message}\n`),
    warn: (message) => stream.write(`warning: ${message}\n`),
  };
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** One line that is redrawn while the step runs, with the elapsed time once that is over a second. */
export function terminalReporter(stream: Stream): Reporter {
  const color = (style: 'cyan' | 'green' | 'red' | 'yellow', text: string) => styleText(style, text, { stream });
  return {
    step: async (title, work) => {
      const started = performance.now();
      const elapsed = () => performance.now() - started;
      let detail = '';
      let frame = 0;
      const draw = () => {
        const time = elapsed() < 1000 ? '' : ` ${formatDuration(elapsed())}`;
        const text = `${title}${time}${detail === '' ? '' : `: ${detail}`}`.slice(0, (stream.columns ?? 80) - 3);
        frame = (frame + 1) % frames.length;
        stream.write(`\r\u001b[K${color('cyan', frames[frame] ?? '')} ${text}`);
      };
      const timer = setInterval(draw, frameMs);
      const end = (mark: string) => {
        clearInterval(timer);
        stream.write(`\r\u001b[K${mark} ${title} (${formatDuration(elapsed())})\n`);
      };
      try {
        const result = await work((next) => {
          detail = next;
        });
        end(color('green', '✔'));
        return result;
      } catch (error) {
        end(color('red', '✘'));
        throw error;
      }
    },
    info: (message) => stream.write(`${message}\n`),
    warn: (message) => stream.write(`${color('yellow', 'warning:')} ${message}\n`),
  };
}
