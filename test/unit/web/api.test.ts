import { expect, test } from 'vitest';
import { keys } from '../cli/runner/seat.ts';
import { type PageDesk, withPage } from './page-desk.ts';

const act = async ({ page }: PageDesk, path: string, body: object) => JSON.parse((await page(path, body)).text);
const task = (data: { exercise: { parts: { kind: string; task?: { id: string } }[] } }, id: string) =>
  data.exercise.parts.find((part) => part.task?.id === id)?.task;

test('the lab says what there is to do and how far the participant is', () =>
  withPage(async ({ page }) => {
    const lab = JSON.parse((await page('/api/lab')).text);
    expect(lab).toMatchObject({ name: 'tiny', title: 'Tiny', current: 'tiny/keys', begun: false });
    expect(lab.exercises[0].tasks.every(({ state }: { state: string }) => state === 'open')).toBe(true);
  }));

test('entering an exercise makes the room ready, as it does in the terminal', () =>
  withPage(async (desk) => {
    await act(desk, '/api/enter', { exercise: 'tiny/keys' });
    expect(desk.seat.world.scripts.length).toBeGreaterThan(0);
    expect(desk.seat.session.progress.data.current).toEqual({ tiny: 'tiny/keys' });
  }));

test('what comes after the open task is not told, nor are hints and answers', () =>
  withPage(async (desk) => {
    const { text } = await desk.page('/api/exercise?id=tiny%2Fkeys');
    const later = keys.tasks.at(-1);
    expect(JSON.parse(text).exercise.task).toBe('count');
    expect(task(JSON.parse(text), later?.id ?? '')).toMatchObject({ text: [], hints: [], why: [] });
    expect(text).not.toContain('"truth"');
  }));

test('a slip of form is no try, a wrong answer is one with its diagnosis', () =>
  withPage(async (desk) => {
    const slip = await act(desk, '/api/check', { exercise: 'tiny/keys', task: 'count', given: 'many' });
    expect(slip.malformed).toEqual(['that is not a whole number; write for example 1,048,574']);
    expect(task(slip, 'count')).toMatchObject({ tries: 0 });
    const wrong = await act(desk, '/api/check', { exercise: 'tiny/keys', task: 'count', given: '9999' });
    expect(wrong.verdict).toMatchObject({ kind: 'fail' });
    expect(task(wrong, 'count')).toMatchObject({ tries: 1, state: 'open' });
  }));

test('solving a task shows it as solved, opens the next one, and is in the progress', () =>
  withPage(async (desk) => {
    const solved = await act(desk, '/api/solve', { exercise: 'tiny/keys', task: 'count' });
    expect(solved.verdict.kind).toBe('pass');
    expect(solved.lab.exercises[0].tasks[0]).toEqual({ id: 'count', state: 'solved' });
    expect(solved.exercise.task).not.toBe('count');
    expect(desk.seat.session.progress.data.tasks['tiny/keys']?.count).toMatchObject({ solutionShown: true });
    const back = await act(desk, '/api/reset', { exercise: 'tiny/keys' });
    expect(back.exercise.task).toBe('count');
  }));
