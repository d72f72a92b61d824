// One line at the bottom of a terminal that says what is going on and is replaced until it is taken away.

/** What of the clock is used here; tests bring their own. */
export interface Ticker {
  /** Milliseconds, only ever compared with each other. */
  now(): number;
  /** Calls back again and again without keeping the process alive. @returns a function that ends it */
  every(ms: number, call: () => void): () => void;
}

export const systemTicker: Ticker = {
  now: () => performance.now(),
  every: (ms, call) => {
    const timer = setInterval(call, ms).unref();
    return () => clearInterval(timer);
  },
};

/** A stream that may be a terminal. */
export type TextStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface Spinner {
  /** Takes the line away; what is written next begins at its place. */
  clear(): void;
  /** Draws the line anew below what has been written. */
  draw(): void;
  /** Takes it away for good. */
  stop(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** @param line the text without control characters; asked for again at each drawing, and cut to the terminal's width */
export function startSpinner(stream: TextStream, line: () => string, ticker: Ticker): Spinner {
  const started = ticker.now();
  let isShown = false;
  const clear = () => {
    // Return, erase to the end of the line.
    if (isShown) stream.write('\r\u001b[K');
    isShown = false;
  };
  const draw = () => {
    const frame = frames[Math.floor((ticker.now() - started) / frameMs) % frames.length];
    const room = Math.max(10, (stream.columns ?? 80) - 1);
    // Without the cut a long line would wrap, and only its last part would be replaced.
    stream.write(`\r\u001b[K${[...`${frame} ${line()}`].slice(0, room).join('')}`);
    isShown = true;
  };
  const end = ticker.every(frameMs, draw);
  draw();
  return {
    clear,
    draw,
    stop: () => {
      end();
      clear();
    },
  };
}
