// A session that also tells what happens in it.

import type { Exercise, Task, Verdict } from '../workshop/exercise.ts';
import type { CheckOutcome, HintOutcome, Malformed, Position, Session, Solution } from '../workshop/session.ts';
import { maxEvidence, maxSay, type ReportBody } from './event.ts';

type Tell = (body: Omit<ReportBody, 'at'>) => void;

/** @param tell called after each thing that has happened; it must not throw */
export function observeSession(session: Session, tell: Tell): Session {
  return new ObservedSession(session, tell);
}

class ObservedSession implements Session {
  readonly lab: Session['lab'];
  readonly progress: Session['progress'];
  readonly #session: Session;
  readonly #tell: Tell;

  constructor(session: Session, tell: Tell) {
    this.lab = session.lab;
    this.progress = session.progress;
    this.#session = session;
    this.#tell = tell;
  }

  vars(exercise: Exercise) {
    return this.#session.vars(exercise);
  }

  exercise(id: string): Exercise {
    return this.#session.exercise(id);
  }

  task(id: string) {
    return this.#session.task(id);
  }

  position(): Position {
    return this.#session.position();
  }

  record(exercise: Exercise, task: Task) {
    return this.#session.record(exercise, task);
  }

  async enter(exercise: Exercise) {
    const isNew = this.progress.data.current[this.lab.name] !== exercise.id;
    const entered = await this.#session.enter(exercise);
    if (isNew) this.#tell({ ...nothing, kind: 'entered', exercise: exercise.id });
    return entered;
  }

  async check(exercise: Exercise, task: Task, given?: string): Promise<CheckOutcome | Malformed> {
    const outcome = await this.#session.check(exercise, task, given);
    if ('verdict' in outcome) this.#tellVerdict('check', exercise, task, outcome);
    return outcome;
  }

  async hint(exercise: Exercise, task: Task): Promise<HintOutcome> {
    const outcome = await this.#session.hint(exercise, task);
    if (outcome.kind === 'hint') this.#tellOf('hint', exercise, task, String(outcome.number));
    return outcome;
  }

  async solution(exercise: Exercise, task: Task): Promise<Solution> {
    const solution = await this.#session.solution(exercise, task);
    this.#tellOf('solution', exercise, task);
    return solution;
  }

  async solve(exercise: Exercise, task: Task): Promise<Solution & CheckOutcome> {
    const outcome = await this.#session.solve(exercise, task);
    this.#tellVerdict('solved', exercise, task, outcome);
    return outcome;
  }

  async skip(exercise: Exercise, task: Task, reason: string): Promise<void> {
    await this.#session.skip(exercise, task, reason);
    this.#tellOf('skip', exercise, task, reason);
  }

  async reset(exercise: Exercise): Promise<void> {
    await this.#session.reset(exercise);
    this.#tell({ ...nothing, kind: 'reset', exercise: exercise.id });
  }

  #tellOf(kind: ReportBody['kind'], exercise: Exercise, task: Task, say = ''): void {
    this.#tell({ ...nothing, kind, exercise: exercise.id, task: task.id, say: say.slice(0, maxSay) });
  }

  #tellVerdict(kind: 'check' | 'solved', exercise: Exercise, task: Task, { verdict, askedAgain }: CheckOutcome): void {
    this.#tell({
      kind,
      exercise: exercise.id,
      task: task.id,
      verdict: askedAgain ? 'again' : verdict.kind,
      diagnosis: verdict.kind === 'fail' ? verdict.id : '',
      say: 'say' in verdict ? verdict.say.slice(0, maxSay) : '',
      evidence: evidenceOf(verdict),
    });
  }
}

const nothing = { task: '', verdict: '', diagnosis: '', say: '', evidence: '' } as const;

function evidenceOf(verdict: Verdict): string {
  if (!('evidence' in verdict) || verdict.evidence.length === 0) return '';
  const text = JSON.stringify(verdict.evidence);
  return text.length <= maxEvidence ? text : '';
}
