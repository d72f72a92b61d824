// What an instructor says while somebody works at a terminal.

import { expect, test } from 'vitest';
import { runInteractive } from '../../../../src/cli/runner/interactive.ts';
import type { RunnerMail } from '../../../../src/cli/runner/runner-io.ts';
import { keys, type Seat, scriptedIo, type Typed, takeSeat } from './seat.ts';

interface Letter {
  readonly words: string;
  readonly isReset: boolean;
}

async function play(seat: Seat, script: readonly (Typed | Letter)[]) {
  const waiting: Letter[] = [];
  const done: string[] = [];
  const typed = script.flatMap((one): Typed[] =>
    typeof one === 'object' && 'words' in one ? [() => void waiting.push(one), { news: true }] : [one],
  );
  const io = scriptedIo([{ key: 'return' }, ...typed, { key: 'q' }]);
  const mail: RunnerMail = {
    takeNew: async () => waiting.splice(0),
    next: () => new AbortController().signal,
    obey: async () => done.push('obeyed') > 0,
    reopen: async () => {
      done.push('reopened');
      await seat.session.reset(seat.session.exercise(keys.id));
      return seat.session;
    },
  };
  await runInteractive(seat.session, io, mail);
  return { text: io.text(), done };
}

test('a word is shown at once, and the participant stays where they are', async () => {
  const seat = takeSeat();
  const { text, done } = await play(seat, [{ words: 'Coffee \u001b[31mnow', isReset: false }]);
  expect(text).toContain('From the instructor: Coffee');
  expect(text).not.toContain('\u001b');
  expect(text.split('How many pods are on').length).toBe(2);
  expect(done).toEqual([]);
});

test('a reset is done, and the exercise shown from its start', async () => {
  const seat = takeSeat();
  const answer = Number(seat.session.vars(keys).N);
  const { text, done } = await play(seat, [
    { key: 'c' },
    { line: String(answer) },
    { line: String(answer + 1) },
    { words: 'The instructor puts tiny/keys back to its start.', isReset: true },
  ]);
  expect(done).toEqual(['obeyed', 'reopened']);
  const after = text.slice(text.indexOf('puts tiny/keys back'));
  expect(after).toContain('How many pods are on');
  expect(after).toContain('tiny/keys, task count');
});
