// The interactive runner: shows a task, waits for a key, does what it means, until the lab is done or the participant leaves.

import { LabError } from '../../error.ts';
import type { Exercise, Task, Verdict } from '../../workshop/exercise.ts';
import { fillProse } from '../../workshop/fill-prose.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { Session } from '../../workshop/session.ts';
import { renderMarkdown } from '../terminal/markdown.ts';
import { createPaint } from '../terminal/paint.ts';
import { renderVerdict } from '../terminal/verdict.ts';
import { checkTask } from './check-task.ts';
import { readUpTo, renderExerciseHeading, renderHint, renderSolution } from './exercise-text.ts';
import { describeLock } from './hint-lock.ts';
import { type ActionName, actionOfKey, keysOf, renderHelp, renderKeyBar } from './keys.ts';
import { isDone, renderExerciseList, renderLabBar, renderLabDone } from './lab-progress.ts';
import type { RunnerIo, RunnerMail } from './runner-io.ts';

/** Where the participant stands: a task that has been solved or skipped here stays until they go on. */
interface Place {
  readonly exercise: Exercise;
  readonly task: Task;
  isDone: boolean;
}

/** Returns when the participant leaves or the lab is done. Progress is saved by the session after every step. */
export async function runInteractive(session: Session, io: RunnerIo, mail?: RunnerMail): Promise<void> {
  try {
    await new LabRun(session, io, mail).run();
  } catch (error) {
    if (!isCancelled(error)) throw error;
    io.write('\n');
  }
  io.write(`Your progress is saved. Go on with: podlab start ${session.lab.name}\n`);
}

class LabRun {
  #session: Session;
  readonly #io: RunnerIo;
  readonly #mail: RunnerMail | undefined;
  #place: Place | undefined;
  /** What has been shown, so that going on in an exercise shows only what is new. */
  #shown: { exercise: Exercise; parts: number } | undefined;

  #hasSuggestedShell = false;

  constructor(session: Session, io: RunnerIo, mail: RunnerMail | undefined) {
    this.#session = session;
    this.#io = io;
    this.#mail = mail;
  }

  async run(): Promise<void> {
    await this.#welcome();
    await this.#arrive();
    let leaves = false;
    while (this.#place !== undefined && !leaves) {
      const { isDone: done, task } = this.#place;
      const prompt = `${this.#bar()}\n${renderKeyBar(done, task.check.kind === 'ask', this.#paint)}`;
      const key = await this.#key(prompt, keysOf(done));
      if (key === undefined) continue;
      const action = actionOfKey(key, done);
      leaves = action === 'quit';
      if (!leaves) await this.#guarded(action, this.#place);
    }
  }

  /** Undefined when the instructor has interrupted; what was said is on the screen by then. */
  async #key(prompt: string, keys: ReturnType<typeof keysOf>): Promise<ReturnType<typeof keysOf>[number] | undefined> {
    if (this.#mail === undefined) return this.#io.key(prompt, keys);
    // Taken before the look, so that nothing can come in between unnoticed.
    const news = this.#mail.next();
    if (await this.#readMail(this.#mail)) return undefined;
    return this.#io.keyOrNews(prompt, keys, news);
  }

  /** @returns whether the participant was taken back to the start of something */
  async #readMail(mail: RunnerMail): Promise<boolean> {
    const fresh = await mail.takeNew();
    for (const { words } of fresh) this.#say(`${this.#paint('bold', 'From the instructor:')} ${sanitizeLine(words)}`);
    if (!fresh.some(({ isReset }) => isReset)) return false;
    try {
      await this.#io.busy('Looking…', () => mail.obey());
      this.#session = await mail.reopen();
      const { exercise } = this.#place ?? {};
      this.#shown = undefined;
      await this.#arrive(exercise === undefined ? undefined : this.#session.exercise(exercise.id));
    } catch (error) {
      this.#reportFault(error);
    }
    return true;
  }

  /** The lab's story, for those who see it for the first time. */
  async #welcome(): Promise<void> {
    const { lab, progress } = this.#session;
    if (progress.data.current[lab.name] !== undefined) return;
    const story = lab.story.trim() === '' ? '' : `\n\n${lab.story}`;
    this.#say(renderMarkdown(`# ${lab.title}${story}`, this.#io.format));
    await this.#io.key(this.#paint('bold', 'Press Enter to begin.'), ['return']);
  }

  /** Goes to the current task, or into the exercise that was chosen. */
  async #arrive(chosen?: Exercise): Promise<void> {
    const position = this.#session.position();
    const exercise = chosen ?? position.exercise;
    if (exercise === undefined) {
      this.#place = undefined;
      this.#say(renderLabDone(this.#session, this.#io.format));
      return;
    }
    const open = exercise.tasks.find((task) => !isDone(this.#session.record(exercise, task)));
    const task = open ?? exercise.tasks[0];
    if (task === undefined) throw new Error(`${exercise.id} has no task`);
    this.#place = { exercise, task, isDone: open === undefined };
    await this.#enter(exercise);
    this.#show(exercise, open);
  }

  async #enter(exercise: Exercise): Promise<void> {
    try {
      await this.#io.busy('Preparing the room…', () => this.#session.enter(exercise));
    } catch (error) {
      // The text is shown nevertheless; every check tries again to enter.
      this.#reportFault(error);
    }
  }

  /** @param task the text ends with it; undefined for the whole exercise */
  #show(exercise: Exercise, task: Task | undefined): void {
    const { format } = this.#io;
    const isNew = this.#shown?.exercise !== exercise;
    const from = isNew ? 0 : (this.#shown?.parts ?? 0);
    const { text, shown } = readUpTo(this.#session, exercise, task, from, format);
    if (isNew) this.#say(renderExerciseHeading(this.#session, exercise, format));
    if (text !== '') this.#say(text);
    if (!this.#hasSuggestedShell) this.#suggestShell();
    this.#shown = { exercise, parts: Math.max(from, shown) };
  }

  #suggestShell(): void {
    this.#hasSuggestedShell = true;
    const node = this.#io.nodes[0] ?? 'node1';
    this.#say(
      renderMarkdown(
        `Work in a second terminal: \`podlab shell ${node}\`. Or press \`t\` for a shell here.`,
        this.#io.format,
      ),
    );
  }

  async #guarded(action: ActionName, place: Place): Promise<void> {
    try {
      await this.#actions[action](place);
    } catch (error) {
      this.#reportFault(error);
    }
  }

  readonly #actions: Readonly<Record<ActionName, (place: Place) => Promise<void>>> = {
    check: (place) => this.#check(place),
    hint: (place) => this.#hint(place),
    next: (place) => this.#next(place),
    list: (place) => this.#list(place),
    reset: (place) => this.#reset(place),
    solution: (place) => this.#solution(place),
    shell: () => this.#shell(),
    help: async () => this.#say(renderHelp(this.#io.format)),
    quit: async () => {},
  };

  async #check(place: Place): Promise<void> {
    const outcome = await checkTask(this.#session, this.#io, place.exercise, place.task);
    if (outcome !== undefined) this.#settle(place, outcome.verdict, outcome.solved);
  }

  /** Says the verdict; when the task is solved, also why, and what stands below the last task. */
  #settle(place: Place, verdict: Verdict, solved: boolean): void {
    const { exercise, task } = place;
    const { format } = this.#io;
    this.#say(renderVerdict(verdict, task, format));
    if (!solved) return;
    place.isDone = true;
    if (task.why.trim() !== '')
      this.#say(renderMarkdown(`**Why:** ${fillProse(task.why.trim(), this.#session.vars(exercise))}`, format));
    this.#sayRest(exercise);
  }

  #sayRest(exercise: Exercise): void {
    if (exercise.tasks.some((task) => !isDone(this.#session.record(exercise, task)))) return;
    this.#show(exercise, undefined);
  }

  async #hint({ exercise, task }: Place): Promise<void> {
    const outcome = await this.#session.hint(exercise, task);
    if (outcome.kind === 'hint') {
      const head = `Hint ${outcome.number} of ${outcome.of}`;
      this.#say(renderHint(outcome.hint, head, this.#session.vars(exercise), this.#io.format));
    } else if (outcome.kind === 'locked') this.#say(describeLock(outcome));
    else this.#say('There are no more hints; s shows the solution.');
  }

  async #next(place: Place): Promise<void> {
    if (!place.isDone) {
      const reason = await this.#io.line('Leave this task unsolved? Say why in a word, or press Enter to stay:');
      if (reason === undefined || reason.trim() === '') return;
      await this.#session.skip(place.exercise, place.task, reason.trim());
    }
    await this.#arrive();
  }

  async #list({ exercise }: Place): Promise<void> {
    this.#say(renderExerciseList(this.#session, exercise, this.#io.format));
    const choices = this.#session.lab.exercises.map((one) => ({
      value: one.id,
      name: `${fillProse(one.title, this.#session.vars(one))}${one === exercise ? ' (you are here)' : ''}`,
    }));
    const id = await this.#io.choose('Go to', choices, exercise.id);
    if (id !== undefined && id !== exercise.id) await this.#arrive(this.#session.exercise(id));
  }

  async #reset({ exercise }: Place): Promise<void> {
    const question = `Take "${exercise.title}" back to its start? What you built and answered in it will be gone. y/n`;
    if ((await this.#io.key(question, ['y', 'n'])) === 'n') return;
    await this.#io.busy('Resetting the exercise…', () => this.#session.reset(exercise));
    this.#say('The exercise is back at its start.');
    this.#shown = undefined;
    await this.#arrive(exercise);
  }

  async #solution(place: Place): Promise<void> {
    const { exercise, task } = place;
    const hasCommands = task.solve.blocks.length > 0;
    const keys = hasCommands ? (['y', 'a', 'n'] as const) : (['y', 'n'] as const);
    const words = hasCommands ? 'y yes, a yes and apply it, n no' : 'y/n';
    const key = await this.#io.key(`Show the solution? It will be marked as shown. ${words}`, keys);
    if (key === 'n') return;
    if (key === 'y') {
      const shown = await this.#io.busy('Looking…', () => this.#session.solution(exercise, task));
      this.#say(renderSolution(shown, this.#session.vars(exercise), this.#io.format));
      return;
    }
    const applied = await this.#io.busy('Applying the solution…', () => this.#session.solve(exercise, task));
    this.#say(renderSolution(applied, this.#session.vars(exercise), this.#io.format));
    this.#settle(place, applied.verdict, applied.solved);
  }

  async #shell(): Promise<void> {
    const node = await this.#chooseNode();
    if (node === undefined || node === '') return;
    this.#io.write(`A shell on ${node}; "exit" brings you back.\n`);
    await this.#io.openShell(node);
    this.#io.write('\n');
  }

  async #chooseNode(): Promise<string | undefined> {
    const { nodes } = this.#io;
    if (nodes.length === 0) return (await this.#io.line('Shell on which node?'))?.trim();
    if (nodes.length === 1) return nodes[0];
    return this.#io.choose(
      'Shell on',
      nodes.map((name) => ({ value: name, name })),
    );
  }

  /** A fault of machine or lab must not end the lab: the participant may fix it, reset, or leave it out. */
  #reportFault(error: unknown): void {
    if (!(error instanceof LabError) || isCancelled(error)) throw error;
    const verdict: Verdict = { kind: 'broken', say: error.message, hint: error.hint, evidence: [] };
    this.#say(renderVerdict(verdict, { id: this.#place?.task.id ?? this.#session.lab.name }, this.#io.format));
  }

  #bar(): string {
    const { exercise, task } = this.#place ?? {};
    const where = exercise === undefined || task === undefined ? '' : `  ${exercise.id}, task ${task.id}`;
    return `${renderLabBar(this.#session)}${this.#paint('dim', where)}`;
  }

  get #paint() {
    return createPaint(this.#io.format.color);
  }

  /** Lines with an empty one below them. */
  #say(...lines: readonly string[]): void {
    this.#io.write(`${lines.join('\n')}\n\n`);
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof LabError && error.code === 'CANCELLED';
}
