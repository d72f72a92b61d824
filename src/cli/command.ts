// What a verb is: words for help and completion, and a module that is loaded only when the verb is used.

import type { App } from './app.ts';

export interface Option {
  /** Commander's form: `--seat <name>`, `-y, --yes`. */
  readonly flags: string;
  readonly summary: string;
}

export interface VerbInput {
  readonly args: readonly string[];
  /** What stood behind `--`, for verbs that hand a command on. */
  readonly rest: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export interface VerbModule {
  /** @returns the exit code: 0 done or passed, 1 a check did not pass, 3 blocked or inconclusive, 4 lab or machine at fault */
  run(app: App, input: VerbInput): Promise<number>;
}

export interface Verb {
  /** One word, or two for a verb of a noun: `labs prove`. */
  readonly name: string;
  readonly group: 'Room' | 'Lab' | 'Workshop' | 'Machine' | 'Stack file';
  /** Commander's form: `[stack]`, `<node>`. */
  readonly args: readonly string[];
  readonly summary: string;
  /** More for `--help`: what it does to the machine, what it prints. May be empty. */
  readonly details: string;
  readonly examples: readonly string[];
  readonly options: readonly Option[];
  /** Every word behind its name belongs to another program, unless `--` says where that begins. */
  readonly handsOn?: true;
  load(): Promise<VerbModule>;
}
