// A running program as a two-way stream: what is written is its standard input, what is read its standard output.

import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Argv } from './host.ts';

/**
 * The stream fails with the program's last words when that ends with an exit code other than 0. Destroying it ends the
 * program. `unref` lets the process end although the stream is open, `ref` takes that back.
 *
 * @param env the complete environment, not an addition
 */
export function openProgram(argv: Argv, env: Readonly<Record<string, string>>): ProgramStream {
  const [file, ...args] = argv;
  return new ProgramStream(spawn(file, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true }));
}

export class ProgramStream extends Duplex {
  readonly #child: ReturnType<typeof spawn> & ChildProcess;
  #lastWords = '';

  constructor(child: ReturnType<typeof spawn>) {
    super();
    this.#child = child;
    child.stdout?.on('data', (chunk) => {
      if (!this.push(chunk)) child.stdout?.pause();
    });
    child.stderr?.on('data', (chunk) => {
      this.#lastWords = `${this.#lastWords}${chunk}`.slice(-500);
    });
    // A program that has ended reads no more: the exit code says what there is to say.
    child.stdin?.on('error', () => {});
    child.once('error', (error) => this.destroy(error));
    child.once('close', (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(this.#lastWords.trim() || `ended with exit code ${code}`));
    });
  }

  ref(): void {
    this.#each((part) => part.ref?.());
  }

  unref(): void {
    this.#each((part) => part.unref?.());
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin?.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin?.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdin?.destroy();
    this.#child.kill();
    done(error);
  }

  #each(change: (part: { ref?: () => unknown; unref?: () => unknown }) => void): void {
    // Pipes to a child are sockets, though their types do not say so.
    const { stdin, stdout, stderr } = this.#child;
    for (const part of [this.#child, stdin, stdout, stderr]) if (part !== null) change(part as object);
  }
}
