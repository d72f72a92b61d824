// An executor that knows its answers beforehand.

import type { Executor, RunOptions, RunResult } from '../../src/host/host.ts';

export interface CannedAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly timedOut?: boolean;
}

/** Answers by the whole command line, words joined by blanks. @throws for a command that isn't in the table */
export function fakeExecutor(name: string, answers: Readonly<Record<string, string | CannedAnswer>>): Executor {
  return {
    name,
    async run(argv, _options?: RunOptions): Promise<RunResult> {
      const command = argv.join(' ');
      const answer = answers[command];
      if (answer === undefined) throw new Error(`the fake executor does not know: ${command}`);
      const canned = typeof answer === 'string' ? { stdout: answer } : answer;
      return { argv, exitCode: 0, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 1, ...canned };
    },
  };
}
