// A participant in a world of memory, and a terminal that follows a script.

import type { RunnerIo } from '../../../../src/cli/runner/runner-io.ts';
import { LabError } from '../../../../src/error.ts';
import type { Exercise, Lab, Task } from '../../../../src/workshop/exercise.ts';
import { parseExercise } from '../../../../src/workshop/parse-exercise.ts';
import { transientProgress } from '../../../../src/workshop/progress.ts';
import { openSession, type Session } from '../../../../src/workshop/session.ts';
import { stillClock, type TestClock } from '../../workshop/clock.ts';
import { createWorld, fixture, type World, worldProbes } from '../../workshop/world.ts';

export const lab: Lab = {
  name: 'tiny',
  title: 'Tiny',
  stack: 'tiny',
  dir: '/labs/tiny',
  story: 'Once upon a time.',
  exercises: ['01-keys', '02-sum'].map((name) => {
    const { exercise, problems } = parseExercise(`${name}.md`, fixture(`tiny/${name}.md`), worldProbes);
    if (exercise === undefined) throw new Error(JSON.stringify(problems));
    return exercise;
  }),
};
export const [keys, sum] = lab.exercises as [Exercise, Exercise];
export const [count, door] = keys.tasks as [Task, Task];

export interface Seat {
  readonly world: World;
  readonly session: Session;
  readonly clock: TestClock;
}

export function takeSeat(used: Lab = lab): Seat {
  const world = createWorld();
  const clock = stillClock();
  const progress = transientProgress();
  const session = openSession({
    lab: used,
    context: world.context,
    probes: worldProbes,
    progress,
    roomId: 'room-1',
    seed: 'seat-1',
    clock,
  });
  return { world, session, clock };
}

/** What is typed, in order: a key, a line, a choice. A function is called first, for what happens in between. */
export type Typed =
  | { readonly key: string }
  | { readonly line: string | undefined }
  | { readonly choose: string | undefined }
  | { readonly interrupt: true }
  /** Something comes from the instructor while a key is waited for. */
  | { readonly news: true }
  | (() => void);

export interface ScriptedIo extends RunnerIo {
  /** All that was written, questions in square brackets. */
  text(): string;
  readonly shells: readonly string[];
}

/** Once the script is at its end, Ctrl-C is pressed. */
export function scriptedIo(script: readonly Typed[], nodes: readonly string[] = ['node1', 'node2']): ScriptedIo {
  const rest = [...script];
  const shells: string[] = [];
  let written = '';
  const take = (): Exclude<Typed, () => void> => {
    for (;;) {
      const next = rest.shift() ?? { interrupt: true };
      if (typeof next !== 'function') return next;
      next();
    }
  };
  const expected = (what: string, typed: object): Error =>
    new Error(`${what} was asked for, not ${JSON.stringify(typed)}`);
  const answer = <T>(prompt: string, name: 'key' | 'line' | 'choose'): T => {
    written += `[${prompt}]\n`;
    const typed = take();
    if ('interrupt' in typed) throw new LabError('CANCELLED', 'interrupted');
    if (!(name in typed)) throw expected(prompt, typed);
    return (typed as unknown as Record<string, T>)[name] as T;
  };
  return {
    format: { color: false, width: 80 },
    nodes,
    shells,
    text: () => written,
    write: (text) => {
      written += text;
    },
    key: async <Key extends string>(prompt: string, allowed: readonly Key[]) => {
      const key = answer<Key>(prompt, 'key');
      if (!allowed.includes(key)) throw expected(`one of ${allowed.join(' ')}`, { key });
      return key;
    },
    keyOrNews: async <Key extends string>(prompt: string, allowed: readonly Key[]) => {
      written += `[${prompt}]\n`;
      const typed = take();
      if ('interrupt' in typed) throw new LabError('CANCELLED', 'interrupted');
      if ('news' in typed) return undefined;
      if (!('key' in typed) || !allowed.includes(typed.key as Key)) throw expected(prompt, typed);
      return typed.key as Key;
    },
    line: async (message) => answer<string | undefined>(message, 'line'),
    choose: async (message, choices) => {
      const value = answer<string | undefined>(message, 'choose');
      if (value !== undefined && !choices.some((choice) => choice.value === value)) throw expected(message, { value });
      return value;
    },
    busy: async (what, work) => {
      written += `(${what})\n`;
      return work();
    },
    openShell: async (node) => {
      shells.push(node);
    },
  };
}
