// An exercise as parsed from its Markdown file. docs/lab-format.md explains each part to authors.

import type { Place } from '../error.ts';
import type { Json } from '../probe/probe.ts';

/** A directory under labs/: README.md tells the story, the other Markdown files are exercises in name order. */
export interface Lab {
  /** The directory's name. */
  readonly name: string;
  readonly title: string;
  /** The stack that the lab is written for, as in `stacks/Pulumi.<stack>.yaml`. */
  readonly stack: string;
  /** The absolute, real path of the directory; nothing outside it is ever read. */
  readonly dir: string;
  /** Markdown of README.md without its frontmatter. */
  readonly story: string;
  readonly exercises: readonly Exercise[];
}

export interface Exercise {
  /** `by-hand/veth-pair`: stable, so that progress survives a renamed file. */
  readonly id: string;
  readonly title: string;
  /** What an average participant needs, for the list; 1–240. */
  readonly minutes: number;
  /** Ids of exercises whose end state this one starts from. */
  readonly needs: readonly string[];
  readonly requires: {
    readonly nodes: number;
    readonly tools: readonly string[];
    readonly engine: string;
    /** Modules that the kernel of the nodes must have, such as `ip_vs`. */
    readonly kernel: readonly string[];
  };
  /** Seeded per participant; given to shell blocks as environment and to prose as escaped text. */
  readonly vars: Readonly<Record<string, VarSpec>>;
  readonly file: string;
  /** sha256 of the file's text, hex; progress remembers under which text an answer was given. */
  readonly hash: string;
  readonly setup: readonly ShellBlock[];
  readonly reset: readonly ShellBlock[];
  /** Shown commands outside the tasks; `when: solved` is after the last task. */
  readonly tries: readonly TryBlock[];
  /** Prose and tasks in reading order. */
  readonly parts: readonly Part[];
  readonly tasks: readonly Task[];
}

export type VarSpec =
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  | { readonly kind: 'pick'; readonly from: readonly string[] }
  /** The n-th node of the stack, counted from 1; 0 lets the seed choose one. */
  | { readonly kind: 'node'; readonly index: number };

/** Markdown that is shown, or a task that is shown and checked. */
export type Part =
  | { readonly kind: 'prose'; readonly markdown: string }
  | { readonly kind: 'task'; readonly task: Task };

export interface Task {
  /** Unique in the exercise. */
  readonly id: string;
  readonly title: string;
  readonly place: Place;
  /** What the participant reads, with `sh try` blocks and pictures, without hints and hidden blocks. */
  readonly markdown: string;
  /** Shown commands in order; labs prove runs them to see that they still work. */
  readonly tries: readonly TryBlock[];
  /** Ids of earlier tasks of this exercise that this one builds upon: until they are done the verdict is `blocked`. */
  readonly needs: readonly string[];
  readonly check: Check;
  readonly solve: Solve;
  /** Shell attempts that must fail with the diagnosis they name. Blocks of the same diagnosis in a row are one attempt. */
  readonly wrong: readonly Attempt[];
  /** Changes to the system after a right answer, by name; `check.again` refers to them. */
  readonly perturb: Readonly<Record<string, readonly ShellBlock[]>>;
  readonly hints: readonly Hint[];
  /** Shown once the task is solved. */
  readonly why: string;
}

/** A shell script for a node. It gets variables as environment, never as text. */
export interface ShellBlock {
  readonly script: string;
  /** Node name, `gateway`, `outside`, or `each` (every node); '' is the first node. May hold `${VAR}`. */
  readonly on: string;
  readonly timeoutMs: number;
  readonly place: Place;
}

/** A command that the participant sees and that `labs prove` runs. */
export interface TryBlock extends ShellBlock {
  /** `ok`: must exit 0. `fail`: must not. `any`: either. `skip`: is not run, for commands that never end. */
  readonly expect: 'ok' | 'fail' | 'any' | 'skip';
  /** Whether it is run in the state before the solution or after it. */
  readonly when: 'before' | 'solved';
}

/** A wrong way to do the task. */
export interface Attempt {
  readonly blocks: readonly ShellBlock[];
  /** The diagnosis that must come of it. */
  readonly expect: string;
  readonly place: Place;
}

export interface Solve {
  /** CEL for the answer, or '' when the solution is something done rather than said. */
  readonly answer: string;
  readonly blocks: readonly ShellBlock[];
  readonly place: Place;
}

export interface Hint {
  readonly markdown: string;
  /** Failed checks before it opens; 0 opens at once. */
  readonly afterFails: number;
  /** Time on the task before it opens; 0 opens at once. */
  readonly afterMs: number;
}

export const answerTypes = ['int', 'number', 'text', 'choice', 'ip', 'cidr', 'mac', 'iface', 'set'] as const;
export type AnswerType = (typeof answerTypes)[number];

export interface AskSpec {
  readonly type: AnswerType;
  /** For `number`: what the value is counted in, '' for none. */
  readonly unit: string;
  /** For `number`: relative tolerance, 0.2 for "20%". */
  readonly within: number;
  /** For `choice`. */
  readonly choices: readonly string[];
  /** For `set`: the type of the members. */
  readonly of: Exclude<AnswerType, 'set' | 'choice'>;
}

/** A question put to the live system through a probe. */
export interface Query {
  readonly probe: string;
  /** As written: texts may hold `${VAR}`, which `fillJson` replaces. */
  readonly args: Readonly<Record<string, Json>>;
  readonly place: Place;
}

/** One condition on the live system. The first that does not hold gives the diagnosis. */
export interface StateClause extends Query {
  readonly id: string;
  /** CEL over `it` (the observation) and `vars`; true when all is well. */
  readonly is: string;
  readonly say: string;
  /** CEL; true when nothing can be concluded (noise); '' for never. */
  readonly unsure: string;
}

export interface Diagnosis {
  readonly id: string;
  /** CEL over `given`, `truth`, `probe` (the observation) and `vars`. */
  readonly when: string;
  readonly say: string;
  readonly place: Place;
}

export interface AskCheck {
  readonly kind: 'ask';
  readonly ask: AskSpec;
  readonly truth: Query & {
    /** Dotted path into the observation, or '' for the probe's own default. */
    readonly take: string;
  };
  /** CEL; true when the truth cannot be known well enough to judge (noise); '' for never. */
  readonly unsure: string;
  readonly diagnose: readonly Diagnosis[];
  /** Name of a perturbation to apply after a right answer before asking once more; '' for none. */
  readonly again: string;
  readonly wrong: readonly WrongAnswer[];
}

/** An answer that must fail with the diagnosis it names. */
export interface WrongAnswer {
  /** CEL over `truth`, `probe` and `vars`. */
  readonly give: string;
  /** Id of the diagnosis; `none` for an undiagnosed one. */
  readonly expect: string;
  /** CEL over the same; true where the mistake can be made at all; '' for every room. */
  readonly when: string;
  readonly place: Place;
}

export interface StateCheck {
  readonly kind: 'state';
  readonly clauses: readonly StateClause[];
  /** A state that isn't true yet is looked at again for this long, for systems that need a moment; 0 for once. */
  readonly waitMs: number;
  /** Once true, the state must stay true for this long. */
  readonly holdMs: number;
  readonly again: string;
}

export type Check = AskCheck | StateCheck;

/** What an answer is once it has been read: canonical, so that equal answers are equal values. */
export type Answer = number | string | readonly (number | string)[];

export const verdictKinds = ['pass', 'fail', 'blocked', 'inconclusive', 'broken'] as const;

/** What was seen, so that nobody has to believe a verdict: the query and the observation, never shortened. */
export interface Evidence {
  readonly probe: string;
  readonly args: Readonly<Record<string, Json>>;
  readonly observation: Readonly<Record<string, Json>>;
}

/**
 * `fail` is about the participant's work; `broken` is about the machine or the lab and never counts as a try.
 * A failed `ask` carries no evidence, because that would be the answer.
 */
export type Verdict =
  | { readonly kind: 'pass'; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'fail'; readonly id: string; readonly say: string; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'blocked'; readonly by: string }
  | { readonly kind: 'inconclusive'; readonly say: string; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'broken'; readonly say: string; readonly hint: string; readonly evidence: readonly Evidence[] };
