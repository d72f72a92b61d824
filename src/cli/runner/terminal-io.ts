// The runner's questions at a real terminal.

import { LabError } from '../../error.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { formatOf } from '../terminal/format-of.ts';
import { startSpinner, systemTicker, type TextStream } from '../terminal/spinner.ts';
import { choicePrompt, closed, keyPrompt, linePrompt } from './prompts.ts';
import type { RunnerIo } from './runner-io.ts';

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: TextStream;
  /** Fires when the participant interrupts while no prompt is open. */
  readonly signal: AbortSignal;
  /** Names of the places where a shell can be opened; empty when that isn't known. */
  readonly nodes?: readonly string[];
  openShell(node: string): Promise<void>;
}

/** Between prompts the terminal is in its ordinary mode, so that Ctrl-C is a signal and a shell can take over. */
export function terminalIo({ stdin, stdout, signal, nodes, openShell }: TerminalStreams): RunnerIo {
  const context = { input: stdin, output: stdout, signal, clearPromptOnDone: true };
  return {
    get format() {
      return formatOf(stdout);
    },
    nodes: nodes ?? [],
    write: (text) => {
      stdout.write(text);
    },
    key: async <Key extends string>(prompt: string, keys: readonly Key[]) =>
      (await settled(keyPrompt({ prompt, keys }, context))) as Key,
    keyOrNews: async <Key extends string>(prompt: string, keys: readonly Key[], news: AbortSignal) => {
      const either = { ...context, signal: AbortSignal.any([signal, news]) };
      try {
        return (await settled(keyPrompt({ prompt, keys }, either))) as Key;
      } catch (error) {
        if (news.aborted && !signal.aborted) return undefined;
        throw error;
      }
    },
    line: async (message) => {
      const value = await settled(linePrompt({ message }, context));
      // What was said stays on the screen; a question that was called off doesn't.
      if (value !== undefined && value.trim() !== '')
        stdout.write(`${message} ${sanitizeLine(value)}

`);
      return value;
    },
    choose: (message, choices, start) =>
      settled(choicePrompt({ message, choices, color: formatOf(stdout).color, start }, context)),
    busy: async (what, work) => {
      const spinner = startSpinner(stdout, () => what, systemTicker);
      try {
        return await untilAborted(work(), signal);
      } finally {
        spinner.stop();
      }
    },
    openShell,
  };
}

/** @throws LabError CANCELLED after Ctrl-C, Ctrl-D or a signal */
async function settled<T>(prompt: Promise<T | typeof closed>): Promise<T> {
  try {
    const value = await prompt;
    if (value !== closed) return value as T;
  } catch (error) {
    // @inquirer/core tells Ctrl-C and an aborted signal by the error's name.
    const isLeaving = error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
    if (!isLeaving) throw error;
  }
  throw interrupted();
}

/** Leaves at once, even if a command in the room takes its time to end; the session has saved what counts. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(interrupted());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const interrupted = () => new LabError('CANCELLED', 'interrupted');
