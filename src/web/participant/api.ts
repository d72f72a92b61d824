// What the participant's page asks for and does: each a request with a schema, done by the session that the terminal uses too.

import type { FastifyInstance } from 'fastify';
import type { Exercise, Task } from '../../workshop/exercise.ts';
import type { Session } from '../../workshop/session.ts';
import { renderSentence } from '../rich-text.ts';
import type { Desk, SeatRoutes } from './desk.ts';
import { exercisePage, labPage, solutionPage, verdictPage } from './lab-page.ts';

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

/** Where a picture of a lab is to be had, or undefined when the lab has none of that path. */
export type PictureOf = (lab: string, path: string) => string | undefined;

export function serveLab(app: FastifyInstance, { prefix, deskOf }: SeatRoutes, pictureOf: PictureOf): void {
  const pagesOf = (desk: Desk) => {
    const pictureUrl = (src: string) => pictureOf(desk.lab.name, src.replace(/^\.\//, ''));
    const lab = (session: Session) => labPage(session, desk, pictureUrl);
    return {
      lab,
      both: (session: Session, exercise: Exercise) => ({
        lab: lab(session),
        exercise: exercisePage(session, exercise, pictureUrl),
      }),
    };
  };
  const limited = { config: { rateLimit: { max: actionsPerMinute, timeWindow: 60_000 } } };

  app.get<{ Querystring: { name?: string } }>(
    `${prefix}/api/lab`,
    { schema: { querystring: strict({ name: id }, []) } },
    async (request) => {
      const desk = await deskOf(request, request.query.name ?? '');
      return desk.inTurn(async () => pagesOf(desk).lab(await desk.session()));
    },
  );
  app.get<{ Querystring: { id: string } }>(
    `${prefix}/api/exercise`,
    { schema: { querystring: strict({ id }, ['id']) } },
    async (request) => {
      const desk = await deskOf(request, labOf(request.query.id));
      return desk.inTurn(async () => {
        const session = await desk.session();
        return pagesOf(desk).both(session, session.exercise(request.query.id));
      });
    },
  );
  app.post<{ Body: { up: boolean } }>(
    `${prefix}/api/hand`,
    { ...limited, schema: { body: strict({ up: { type: 'boolean' } }, ['up']) } },
    async (request) => {
      const desk = await deskOf(request, '');
      await desk.raiseHand(request.body.up);
      return { up: request.body.up };
    },
  );

  const act = <Body extends { readonly exercise: string }>(
    path: string,
    properties: Record<string, object>,
    work: (session: Session, exercise: Exercise, body: Body) => Promise<object>,
  ) =>
    app.post<{ Body: Body }>(
      `${prefix}${path}`,
      {
        ...limited,
        schema: { body: strict({ exercise: id, ...properties }, ['exercise', ...Object.keys(properties)]) },
      },
      async (request) => {
        const body = request.body as Body;
        const desk = await deskOf(request, labOf(body.exercise));
        return desk.inTurn(async () => {
          const session = await desk.session();
          const exercise = session.exercise(body.exercise);
          return { ...(await work(session, exercise, body)), ...pagesOf(desk).both(session, exercise) };
        });
      },
    );
  const actOnTask = <Body extends Names>(
    path: string,
    properties: Record<string, object>,
    work: (session: Session, exercise: Exercise, task: Task, body: Body) => Promise<object>,
  ) =>
    act<Body>(path, { task: id, ...properties }, (session, exercise, body) =>
      work(session, exercise, session.task(`${body.exercise}/${body.task}`).task, body),
    );

  act('/api/enter', {}, (session, exercise) => session.enter(exercise));
  act('/api/reset', {}, async (session, exercise) => {
    await session.reset(exercise);
    return {};
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

/** The lab that an exercise belongs to, by its id. */
function labOf(exercise: string): string {
  return exercise.includes('/') ? (exercise.split('/')[0] ?? '') : '';
}
