// What podlab asks of the machine it runs on, as types. `local-host.ts` is the real one.

/** A program and its arguments; never a shell string. */
export type Argv = readonly [string, ...string[]];

export interface RunOptions {
  /** Written to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string;
  /** Absolute path of a file of this machine that is written there instead. */
  readonly inputFile?: string;
  /** Added to the environment of the program; on a node the environment is otherwise podlab's own small one. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this the program's whole process group is killed and `timedOut` is set. Default 30 000. */
  readonly timeoutMs?: number;
  /** Output past this is dropped, the program is killed and `truncated` is set. Default 1 MiB for each stream. */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
}

/** How a program ended. A non-zero exit is a value, not an exception: callers decide what it means. */
export interface RunResult {
  readonly argv: Argv;
  /** 0–255; 127 when the program was not found, 137 when it was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** Something that runs programs: this machine, a sandbox node, later a VM over SSH. Probes and clusters see only this. */
export interface Executor {
  /** The node's name as in the stack file, `gateway`, `outside`, or `localhost`. */
  readonly name: string;
  /** Rejects with `LabError` only if the place itself is gone; a program that fails is a `RunResult`. */
  run(argv: Argv, options?: RunOptions): Promise<RunResult>;
}
