// How far something is, in words: packages or bytes, and the time left.

type Update = (detail: string) => void;

/** Takes what `go build -v` writes to standard error: a line for each package that it compiles, none for one that it has already. */
export function packageProgress(total: number, update: Update, now = () => performance.now()): (text: string) => void {
  const began = now();
  let done = 0;
  return (text) => {
    const lines = text.split('\n').filter((line) => /^[\w.-]+(\/|$)/.test(line));
    done += lines.length;
    const shown = Math.min(done, total);
    update(`${shown} of at most ${total} packages${timeLeft(shown, total, now() - began)}`);
  };
}

export function byteProgress(total: number, update: Update, now = () => performance.now()): (done: number) => void {
  const began = now();
  let first = -1;
  let last = Number.NEGATIVE_INFINITY;
  return (done) => {
    if (first === -1) first = done;
    // A line for each chunk would be hundreds a second.
    if (now() - last < 100 && done < total) return;
    last = now();
    const of = total > 0 ? ` of ${megabytes(total)}` : '';
    update(`${megabytes(done)}${of}${timeLeft(done - first, total - first, now() - began)}`);
  };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** By the pace so far; nothing before there is one. */
function timeLeft(done: number, total: number, elapsedMs: number): string {
  if (done <= 0 || total <= done || elapsedMs < 1000) return '';
  const seconds = Math.round(((elapsedMs / done) * (total - done)) / 1000);
  return seconds < 90 ? `, about ${seconds} s left` : `, about ${Math.round(seconds / 60)} min left`;
}
