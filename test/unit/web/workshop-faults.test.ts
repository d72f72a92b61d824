// The workshop's server when it is killed, when two instructors act at once, when many report at once.

import { expect, test } from 'vitest';
import { withWorkshop } from './workshop.ts';

test('two instructors who act on one seat at once: both are told what came of it, and every act happens once', () =>
  withWorkshop(async ({ instructor, resets, desk }) => {
    const reset = { seat: 'net-01', exercise: 'tiny/keys' };
    const word = { text: 'Hello', seats: ['net-01'], task: '', diagnosis: '' };
    const answers = await Promise.all([
      instructor('/api/reset', reset),
      instructor('/api/say', word),
      instructor('/api/reset', reset),
      instructor('/api/say', word),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(resets).toHaveLength(2);
    expect(
      desk.notices
        .of('net-01')
        .map(({ number, kind }) => `${number} ${kind}`)
        .sort(),
    ).toEqual([
      expect.stringMatching(/^1 /),
      expect.stringMatching(/^2 /),
      expect.stringMatching(/^3 /),
      expect.stringMatching(/^4 /),
    ]);
  }));
