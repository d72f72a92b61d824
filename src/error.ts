// The one error class of podlab, and the shape of a problem found in a file that somebody wrote.

/** Every code is a heading in docs/troubleshooting.md; a test compares the two lists. */
export const errorCodes = [
  'USAGE',
  'STACK_INVALID',
  'LAB_INVALID',
  'LAB_UNTRUSTED',
  'NOT_FOUND',
  'STACK_NOT_UP',
  'STACK_CHANGED',
  'STACK_BUSY',
  'HOST_UNSUITABLE',
  'COMMAND_FAILED',
  'PROBE_FAILED',
  'DOWNLOAD_FAILED',
  'DAMAGED',
  'TIMEOUT',
  'CANCELLED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A position in a text file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a stack or lab file. A `warning` never stops a verb; an `error` does. */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to write instead, as one imperative sentence; empty when there is nothing useful to say. */
  readonly hint: string;
}

/** Thrown when a request cannot be carried out. When the answer is merely "no", a value is returned instead. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: ErrorCode;
  /** What the reader can do next: one imperative sentence, with a command if there is one; may be empty. */
  readonly hint: string;
  /** The places in a file that this is about; empty for errors that are not about a file. */
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; problems?: readonly Problem[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? '';
    this.problems = options.problems ?? [];
  }
}

/** `file:line:column: severity: message (hint)`, the form that editors and terminals turn into links. */
export function renderProblem(problem: Problem): string {
  const { file, line, column, severity, message, hint } = problem;
  return `${file}:${line}:${column}: ${severity}: ${message}${hint === '' ? '' : `\n    ${hint}`}`;
}

/** Throws one `LabError` that lists every problem of severity `error`; returns when there is none. */
export function throwIfErrors(code: 'STACK_INVALID' | 'LAB_INVALID', problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  const what = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  throw new LabError(code, `${errors[0]?.file} has ${what}`, { problems: errors });
}
