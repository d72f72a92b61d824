// What the interactive runner asks of a terminal; tests bring a scripted one.

import type { Session } from '../../workshop/session.ts';
import type { TextFormat } from '../terminal/markdown.ts';

export interface Choice {
  readonly value: string;
  readonly name: string;
}

/** Every question rejects with LabError CANCELLED when the participant presses Ctrl-C. */
export interface RunnerIo {
  /** As the terminal is now; its width may change. */
  readonly format: TextFormat;
  /** Where a shell can be opened. */
  readonly nodes: readonly string[];
  write(text: string): void;
  /** Shows `prompt` until one of the keys is pressed, without Enter. `return` is the Enter key. */
  key<Key extends string>(prompt: string, keys: readonly Key[]): Promise<Key>;
  /** The same, but undefined as soon as `news` fires. */
  keyOrNews<Key extends string>(prompt: string, keys: readonly Key[], news: AbortSignal): Promise<Key | undefined>;
  /** A line of text; undefined when Escape is pressed. */
  line(message: string): Promise<string | undefined>;
  /** The value of the chosen one; undefined when Escape is pressed. @param start the value that is marked at first */
  choose(message: string, choices: readonly Choice[], start?: string): Promise<string | undefined>;
  /** Says at once what is going on while `work` runs. */
  busy<T>(what: string, work: () => Promise<T>): Promise<T>;
  openShell(node: string): Promise<void>;
}

/** What comes from the instructor of a workshop while the runner waits; a seat without one has none. */
export interface RunnerMail {
  /** What was not shown yet, in words. */
  takeNew(): Promise<readonly { readonly words: string; readonly isReset: boolean }[]>;
  /** Fires when something comes. */
  next(): AbortSignal;
  /** Does what the instructor asked this seat to do. @returns whether something was done */
  obey(): Promise<boolean>;
  /** The session anew: another podlab may have changed the room and the progress. */
  reopen(): Promise<Session>;
}
