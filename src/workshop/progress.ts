// What a participant has done: a small JSON file that survives a kill. docs/lab-format.md describes it.

import * as v from 'valibot';
import { LabError } from '../error.ts';

/** Where progress is kept; the real one is a file that is replaced atomically. */
export interface ProgressFile {
  /** The text, or undefined when there is none yet. */
  read(): Promise<string | undefined>;
  /** Replaces the whole text: a reader sees the old or the new one, also after a kill. */
  write(text: string): Promise<void>;
  /** Moves an unreadable file out of the way and returns its new path. */
  keepAside(): Promise<string>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const taskEntries = {
  /** sha256 of the exercise's text when the task was last worked on. */
  hash: v.string(),
  /** `again`: answered rightly once, asked again since the system changed. */
  state: v.picklist(['open', 'again', 'solved', 'skipped']),
  /** Unix times, milliseconds; 0 is never. */
  startedAt: count,
  doneAt: count,
  /** Checks that counted: passed or failed. */
  tries: count,
  fails: count,
  /** How often each diagnosis was given. */
  diagnoses: v.record(v.string(), count),
  lastDiagnosis: v.string(),
  /** How often in a row it was the last one. */
  sameDiagnosis: count,
  hints: count,
  solutionShown: v.boolean(),
  skipReason: v.string(),
};

const taskSchema = v.object(taskEntries);
const schema = v.object({
  version: v.literal(1),
  /** The room that the exercises below were set up in; another id means that nothing is set up. */
  room: v.object({
    id: v.string(),
    entered: v.array(v.string()),
    /** Those that were brought to their end for another exercise. */
    completed: v.array(v.string()),
    /** The one whose setup is under way, or ''. */
    preparing: v.string(),
  }),
  /** Name of a lab → id of the exercise that was last entered. */
  current: v.record(v.string(), v.string()),
  /** Id of an exercise → id of a task → what happened. */
  tasks: v.record(v.string(), v.record(v.string(), taskSchema)),
});

export type TaskProgress = v.InferOutput<typeof taskSchema>;
export type ProgressData = v.InferOutput<typeof schema>;

export interface Progress {
  readonly data: ProgressData;
  /** Path to which an unreadable file was moved, or ''. */
  readonly keptAside: string;
  /** The record of a task; a new one is made for a task that has none. */
  task(exercise: string, task: string): TaskProgress;
  /** Writes everything. Called after every change that must not be lost. */
  save(): Promise<void>;
}

/**
 * Reads the progress, or begins anew. A file that is cut short or not ours is kept aside, never overwritten.
 *
 * @throws LabError USAGE when a newer podlab wrote it
 */
export async function openProgress(file: ProgressFile): Promise<Progress> {
  const text = await file.read();
  const data = text === undefined ? undefined : parse(text);
  const keptAside = text !== undefined && data === undefined ? await file.keepAside() : '';
  return createProgress(data ?? emptyProgress(), keptAside, file);
}

/** Progress that nobody keeps. */
export function transientProgress(): Progress {
  return createProgress(emptyProgress(), '', {
    read: async () => undefined,
    write: async () => {},
    keepAside: async () => '',
  });
}

function createProgress(data: ProgressData, keptAside: string, file: ProgressFile): Progress {
  return {
    data,
    keptAside,
    task: (exercise, task) => {
      // `hasOwn`, since `constructor` is a fine id for a task and every object inherits one.
      const tasks = (Object.hasOwn(data.tasks, exercise) ? data.tasks[exercise] : undefined) ?? {};
      data.tasks[exercise] = tasks;
      const record = (Object.hasOwn(tasks, task) ? tasks[task] : undefined) ?? emptyTask();
      tasks[task] = record;
      return record;
    },
    save: () => file.write(`${JSON.stringify(data, undefined, 2)}\n`),
  };
}

function parse(text: string): ProgressData | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  if (typeof version === 'number' && version > 1) {
    throw new LabError('USAGE', `the progress was written by a newer podlab (version ${version})`, {
      hint: 'Install that podlab, or move the file away to begin anew.',
    });
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? parsed.output : undefined;
}

const emptyProgress = (): ProgressData => ({
  version: 1,
  room: { id: '', entered: [], completed: [], preparing: '' },
  current: {},
  tasks: {},
});

const emptyTask = (): TaskProgress => ({
  hash: '',
  state: 'open',
  startedAt: 0,
  doneAt: 0,
  tries: 0,
  fails: 0,
  diagnoses: {},
  lastDiagnosis: '',
  sameDiagnosis: 0,
  hints: 0,
  solutionShown: false,
  skipReason: '',
});
