// A program on a terminal of its own, for a terminal that is drawn elsewhere.

import type { Argv } from './host.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Terminal {
  write(text: string): void;
  resize(size: TerminalSize): void;
  /** Stops and goes on reading what the program prints, for a reader that is slower than it. */
  pause(): void;
  resume(): void;
  /** Hangs up, as closing a window does. */
  close(): void;
}

export interface TerminalRequest {
  readonly argv: Argv;
  /** The complete environment, not an addition. */
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
  onText(text: string): void;
  onEnd(exitCode: number): void;
}

/** The only user of node-pty. */
export async function openTerminal({ argv, env, size, onText, onEnd }: TerminalRequest): Promise<Terminal> {
  const { spawn } = await import('@lydell/node-pty');
  const [file, ...args] = argv;
  const pty = spawn(file, args, { name: 'xterm-256color', cols: size.columns, rows: size.rows, cwd: '/', env });
  let ended = false;
  pty.onData(onText);
  pty.onExit(({ exitCode }) => {
    ended = true;
    onEnd(exitCode);
  });
  const ifRunning = (act: () => void) => {
    if (!ended) act();
  };
  return {
    write: (text) => ifRunning(() => pty.write(text)),
    resize: ({ columns, rows }) => ifRunning(() => pty.resize(columns, rows)),
    pause: () => ifRunning(() => pty.pause()),
    resume: () => ifRunning(() => pty.resume()),
    close: () => ifRunning(() => pty.kill('SIGHUP')),
  };
}
