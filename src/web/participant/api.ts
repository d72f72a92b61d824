// What the participant's page asks for and does: each a request with a schema, done by the session that the terminal uses too.

import type { FastifyInstance } from 'fastify';
import type { Exercise, Task } from '../../workshop/exercise.ts';
import type { Session } from '../../workshop/session.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { renderSentence } from '../rich-text.ts';
import type { Desk } from './desk.ts';
import { exercisePage, labPage, solutionPage, verdictPage } from './lab-page.ts';

const mostWaiting = 8;
// A check may measure for a minute; these are for somebody who holds a key down.
const actionsPerMinute = 120;

const id = { type: 'string', minLength: 1, maxLength: 130 } as const;
const text = (maxLength: number) => ({ type: 'string', maxLength }) as const;
const strict = (properties: Record<string, object>, required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

interface Names {
  readonly exercise: string;
  readonly task: string;
}

/** @param pictures paths, below the lab's directory, that are served below `/pictures/` */
export function serveLab(app: FastifyInstance, desk: Desk, pictures: ReadonlySet<string>): void {
  const inTurn = oneAtATime(mostWaiting);
  const pictureUrl = (src: string) => {
    const path = src.replace(/^\.\//, '');
    return pictures.has(path) ? `/pictures/${path.split('/').map(encodeURIComponent).join('/')}` : undefined;
  };
  const lab = (session: Session) => labPage(session, desk.topology, desk.places, pictureUrl);
  const both = (session: Session, exercise: Exercise) => ({
    lab: lab(session),
    exercise: exercisePage(session, exercise, pictureUrl),
  });

  app.get('/api/lab', async () => inTurn(async () => lab(await desk.session())));
  app.get<{ Querystring: { id: string } }>(
    '/api/exercise',
    { schema: { querystring: strict({ id }, ['id']) } },
    async ({ query }) =>
      inTurn(async () => {
        const session = await desk.session();
        return both(session, session.exercise(query.id));
      }),
  );

  const act = <Body extends object>(
    path: string,
    properties: Record<string, object>,
    work: (session: Session, body: Body) => Promise<object>,
  ) =>
    app.post<{ Body: Body }>(
      path,
      {
        schema: { body: strict(properties, Object.keys(properties)) },
        config: { rateLimit: { max: actionsPerMinute, timeWindow: 60_000 } },
      },
      async ({ body }) => inTurn(async () => work(await desk.session(), body as Body)),
    );
  const actOnTask = <Body extends Names>(
    path: string,
    properties: Record<string, object>,
    work: (session: Session, exercise: Exercise, task: Task, body: Body) => Promise<object>,
  ) =>
    act<Body>(path, { exercise: id, task: id, ...properties }, async (session, body) => {
      const { exercise, task } = session.task(`${body.exercise}/${body.task}`);
      return { ...(await work(session, exercise, task, body)), ...both(session, exercise) };
    });

  act<{ exercise: string }>('/api/enter', { exercise: id }, async (session, body) => {
    const exercise = session.exercise(body.exercise);
    await session.enter(exercise);
    return both(session, exercise);
  });
  act<{ exercise: string }>('/api/reset', { exercise: id }, async (session, body) => {
    const exercise = session.exercise(body.exercise);
    await session.reset(exercise);
    return both(session, exercise);
  });
  actOnTask<Names & { given: string }>(
    '/api/check',
    { given: text(4000) },
    async (session, exercise, task, { given }) => {
      const outcome = await session.check(exercise, task, task.check.kind === 'ask' ? given : undefined);
      if ('reason' in outcome) return { malformed: renderSentence(outcome.reason) };
      return { ...outcome, verdict: verdictPage(outcome.verdict) };
    },
  );
  actOnTask('/api/hint', {}, async (session, exercise, task) => {
    const outcome = await session.hint(exercise, task);
    // The text itself is part of the exercise from now on.
    return { hint: outcome.kind === 'hint' ? { kind: 'hint', number: outcome.number, of: outcome.of } : outcome };
  });
  actOnTask('/api/solution', {}, async (session, exercise, task) => ({
    solution: solutionPage(session, exercise, await session.solution(exercise, task)),
  }));
  actOnTask('/api/solve', {}, async (session, exercise, task) => {
    const outcome = await session.solve(exercise, task);
    return {
      solution: solutionPage(session, exercise, outcome),
      solved: outcome.solved,
      verdict: verdictPage(outcome.verdict),
    };
  });
  actOnTask<Names & { reason: string }>(
    '/api/skip',
    { reason: { type: 'string', minLength: 1, maxLength: 500 } },
    async (session, exercise, task, { reason }) => {
      await session.skip(exercise, task, reason);
      return {};
    },
  );
}
