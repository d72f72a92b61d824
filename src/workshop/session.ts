// One participant at work on one lab in one room: what the terminal runner, the verbs and the web page all drive.

import { LabError } from '../error.ts';
import { parseAnswer, renderAnswer } from './answer.ts';
import { undiagnosed } from './diagnosis-ids.ts';
import { examine, findTruth, type Surroundings } from './examine.ts';
import type { Answer, Exercise, Hint, Lab, ShellBlock, Task, Verdict } from './exercise.ts';
import { type HintRule, nextHint } from './hints.ts';
import type { Progress, TaskProgress } from './progress.ts';
import { createRoomKeeper, type RoomKeeper } from './room-keeper.ts';
import { runBlocks } from './run-blocks.ts';
import { solutionAnswer } from './solution-answer.ts';
import { suggest } from './suggest.ts';
import type { VarValues } from './vars.ts';
import { applySolution, type Room, surroundingsOf, varsIn } from './work.ts';

export interface SessionRequest extends Room {
  readonly lab: Lab;
  readonly progress: Progress;
  /** Changes whenever the room is built anew; what was set up in another room is not there any more. */
  readonly roomId: string;
  /** What a workshop says about the hints of a task; without it they are as the lab gives them. */
  readonly hintRule?: (exercise: string, task: string) => HintRule;
}

/** `exercise` and `task` where the participant is; `task` undefined when the exercise is done, both when the lab is. */
export interface Position {
  readonly exercise: Exercise | undefined;
  readonly task: Task | undefined;
}

export interface CheckOutcome {
  readonly verdict: Verdict;
  /** Whether the task is now solved. */
  readonly solved: boolean;
  /** The answer was right, the system has been changed, and the same question is open again. */
  readonly askedAgain: boolean;
}

/** The answer could not be read. This is no try. */
export interface Malformed {
  readonly reason: string;
}

export type HintOutcome =
  /** `number` counts from 1. */
  | { readonly kind: 'hint'; readonly number: number; readonly of: number; readonly hint: Hint }
  /** With neither fails nor time it waits for the instructor. */
  | { readonly kind: 'locked'; readonly fails: number; readonly ms: number }
  | { readonly kind: 'none-left' };

export interface Solution {
  readonly blocks: readonly ShellBlock[];
  /** What to answer, as a person would write it; '' for a state. */
  readonly answer: string;
}

export interface Session {
  readonly lab: Lab;
  readonly progress: Progress;
  vars(exercise: Exercise): VarValues;
  /** @throws LabError NOT_FOUND */
  exercise(id: string): Exercise;
  /** A task by `id`, of the current exercise first, or by `exercise/id`. @throws LabError NOT_FOUND */
  task(id: string): { readonly exercise: Exercise; readonly task: Task };
  position(): Position;
  record(exercise: Exercise, task: Task): TaskProgress;
  /**
   * Makes the room ready for an exercise, unless it is: resets what it doesn't build upon, brings what it does build
   * upon to its end state, runs its setup and the solutions of tasks that are solved already.
   * @throws LabError COMMAND_FAILED, TIMEOUT, HOST_UNSUITABLE
   */
  enter(exercise: Exercise): Promise<{ readonly prepared: boolean }>;
  check(exercise: Exercise, task: Task, given?: string): Promise<CheckOutcome | Malformed>;
  hint(exercise: Exercise, task: Task): Promise<HintOutcome>;
  /** Shows the solution, for those who will apply it themselves. */
  solution(exercise: Exercise, task: Task): Promise<Solution>;
  /** Applies the solution; the verdict is the check's. */
  solve(exercise: Exercise, task: Task): Promise<Solution & CheckOutcome>;
  skip(exercise: Exercise, task: Task, reason: string): Promise<void>;
  /** Takes the exercise back to its start, in the room and in the progress. */
  reset(exercise: Exercise): Promise<void>;
}

/** Opens a session; the room is not touched before the first `enter`. */
export function openSession(request: SessionRequest): Session {
  return new LabSession(request);
}

class LabSession implements Session {
  readonly lab: Lab;
  readonly progress: Progress;
  readonly #room: Room;
  readonly #keeper: RoomKeeper;
  readonly #hintRule: NonNullable<SessionRequest['hintRule']>;

  constructor({ lab, progress, roomId, hintRule = () => 'lab', ...room }: SessionRequest) {
    this.lab = lab;
    this.progress = progress;
    this.#room = room;
    this.#hintRule = hintRule;
    this.#keeper = createRoomKeeper({ lab, progress, roomId, room });
  }

  vars(exercise: Exercise): VarValues {
    return varsIn(this.#room, exercise);
  }

  exercise(id: string): Exercise {
    const short = id.includes('/') ? id : `${this.lab.name}/${id}`;
    const found = this.lab.exercises.find((exercise) => exercise.id === short);
    if (found !== undefined) return found;
    const hint = suggest(
      short,
      this.lab.exercises.map((exercise) => exercise.id),
    );
    throw new LabError('NOT_FOUND', `lab ${this.lab.name} has no exercise "${id}"`, { hint });
  }

  task(id: string): { exercise: Exercise; task: Task } {
    const slash = id.lastIndexOf('/');
    const name = id.slice(slash + 1);
    const current = this.position().exercise;
    const all = this.lab.exercises;
    const among = slash >= 0 ? [this.exercise(id.slice(0, slash))] : current === undefined ? all : [current, ...all];
    for (const exercise of among) {
      const task = exercise.tasks.find((candidate) => candidate.id === name);
      if (task !== undefined) return { exercise, task };
    }
    const hint = suggest(name, new Set(among.flatMap((exercise) => exercise.tasks.map((task) => task.id))));
    throw new LabError('NOT_FOUND', `there is no task "${id}"`, { hint });
  }

  position(): Position {
    const open = (exercise: Exercise) => exercise.tasks.find((task) => !isDone(this.record(exercise, task)));
    const currentId = this.progress.data.current[this.lab.name];
    const current = this.lab.exercises.find(({ id }) => id === currentId);
    const task = current === undefined ? undefined : open(current);
    if (current !== undefined && task !== undefined) return { exercise: current, task };
    // Whoever finished an exercise goes on below it, then returns to what was left out above.
    const at = current === undefined ? 0 : this.lab.exercises.indexOf(current) + 1;
    const exercise = [...this.lab.exercises.slice(at), ...this.lab.exercises.slice(0, at)].find((one) => open(one));
    return { exercise, task: exercise === undefined ? undefined : open(exercise) };
  }

  record(exercise: Exercise, task: Task): TaskProgress {
    return this.progress.task(exercise.id, task.id);
  }

  async enter(exercise: Exercise): Promise<{ prepared: boolean }> {
    this.progress.data.current[this.lab.name] = exercise.id;
    const prepared = await this.#keeper.enter(exercise);
    const task = exercise.tasks.find((one) => !isDone(this.record(exercise, one)));
    if (task !== undefined) this.#touch(exercise, task);
    await this.progress.save();
    return { prepared };
  }

  async check(exercise: Exercise, task: Task, given?: string): Promise<CheckOutcome | Malformed> {
    await this.enter(exercise);
    const record = this.#touch(exercise, task);
    const by = task.needs.find((id) => !isDone(this.progress.task(exercise.id, id)));
    if (by !== undefined) return { verdict: { kind: 'blocked', by }, solved: false, askedAgain: false };
    let answer: Answer | undefined;
    if (task.check.kind === 'ask' && given !== undefined) {
      const read = parseAnswer(task.check.ask, given);
      if (!read.ok) return { reason: read.reason };
      answer = read.value;
    }
    const around = this.#around(exercise);
    let verdict = await examine(around, task, answer);
    const again = task.check.again !== '' && record.state === 'open' && verdict.kind === 'pass';
    if (again) {
      const broken = await this.#perturb(exercise, task);
      if (broken !== undefined) verdict = broken;
      // A state must outlast the change by itself; a question is put to the participant once more.
      else if (task.check.kind === 'state') verdict = await examine(around, task);
      else return this.#askedAgain(record, verdict);
    }
    return this.#settle(record, task, given === undefined, verdict);
  }

  async hint(exercise: Exercise, task: Task): Promise<HintOutcome> {
    const record = this.#touch(exercise, task);
    const outcome = nextHint(task.hints, record, this.#room.clock.now(), this.#hintRule(exercise.id, task.id));
    if (outcome.kind === 'hint') record.hints = outcome.number;
    await this.progress.save();
    return outcome;
  }

  async solution(exercise: Exercise, task: Task): Promise<Solution> {
    await this.enter(exercise);
    this.#touch(exercise, task).solutionShown = true;
    await this.progress.save();
    const answer = await findSolutionAnswer(this.#around(exercise), task);
    const text = answer === undefined || task.check.kind !== 'ask' ? '' : renderAnswer(task.check.ask, answer);
    return { blocks: task.solve.blocks, answer: text };
  }

  async solve(exercise: Exercise, task: Task): Promise<Solution & CheckOutcome> {
    await this.enter(exercise);
    const record = this.#touch(exercise, task);
    record.solutionShown = true;
    await applySolution(this.#room, exercise, task);
    const shown = await this.solution(exercise, task);
    const around = this.#around(exercise);
    const verdict = await examine(around, task, await findSolutionAnswer(around, task));
    const solved = verdict.kind === 'pass';
    // Shown, not earned: no try is counted, and no second question is asked.
    if (solved) this.#finish(record, 'solved');
    await this.progress.save();
    return { ...shown, verdict, solved, askedAgain: false };
  }

  async skip(exercise: Exercise, task: Task, reason: string): Promise<void> {
    const record = this.#touch(exercise, task);
    if (record.state !== 'solved') this.#finish(record, 'skipped');
    record.skipReason = reason;
    await this.progress.save();
  }

  async reset(exercise: Exercise): Promise<void> {
    await this.#keeper.takeBack(exercise);
    delete this.progress.data.tasks[exercise.id];
    await this.enter(exercise);
  }

  async #perturb(exercise: Exercise, task: Task): Promise<Verdict | undefined> {
    try {
      await runBlocks(this.#room.context, task.perturb[task.check.again] ?? [], this.vars(exercise));
      return undefined;
    } catch (cause) {
      if (!(cause instanceof LabError) || cause.code === 'CANCELLED') throw cause;
      return { kind: 'broken', say: cause.message, hint: cause.hint, evidence: [] };
    }
  }

  async #askedAgain(record: TaskProgress, verdict: Verdict): Promise<CheckOutcome> {
    record.state = 'again';
    record.tries += 1;
    await this.progress.save();
    return { verdict, solved: false, askedAgain: true };
  }

  async #settle(record: TaskProgress, task: Task, unanswered: boolean, verdict: Verdict): Promise<CheckOutcome> {
    // Looking at an open question is no try; neither is a fault of the machine, a block or noise.
    const counts = verdict.kind === 'pass' || (verdict.kind === 'fail' && !(unanswered && task.check.kind === 'ask'));
    if (counts) record.tries += 1;
    if (counts && verdict.kind === 'fail') countDiagnosis(record, verdict.id);
    if (verdict.kind === 'pass') this.#finish(record, 'solved');
    await this.progress.save();
    return { verdict, solved: verdict.kind === 'pass', askedAgain: false };
  }

  #finish(record: TaskProgress, state: 'solved' | 'skipped'): void {
    if (!isDone(record)) record.doneAt = this.#room.clock.now();
    record.state = state;
  }

  #touch(exercise: Exercise, task: Task): TaskProgress {
    const record = this.record(exercise, task);
    record.hash = exercise.hash;
    if (record.startedAt === 0) record.startedAt = this.#room.clock.now();
    return record;
  }

  #around(exercise: Exercise): Surroundings {
    return surroundingsOf(this.#room, exercise);
  }
}

/** @throws LabError PROBE_FAILED when the truth cannot be known now, LAB_INVALID when the solution is no answer */
async function findSolutionAnswer(around: Surroundings, task: Task): Promise<Answer | undefined> {
  if (task.check.kind !== 'ask') return undefined;
  const truth = await findTruth(around, task.check);
  if (truth.kind === 'known') return solutionAnswer(task, truth.values);
  const say = 'say' in truth.verdict ? truth.verdict.say : 'it cannot be known now';
  throw new LabError('PROBE_FAILED', `the answer is unknown: ${say}`);
}

function isDone({ state }: TaskProgress): boolean {
  return state === 'solved' || state === 'skipped';
}

function countDiagnosis(record: TaskProgress, id: string): void {
  record.fails += 1;
  record.diagnoses[id] = (Object.hasOwn(record.diagnoses, id) ? (record.diagnoses[id] ?? 0) : 0) + 1;
  record.sameDiagnosis = record.lastDiagnosis === id && id !== undiagnosed ? record.sameDiagnosis + 1 : 1;
  record.lastDiagnosis = id;
}
