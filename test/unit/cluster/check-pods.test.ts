import { expect, test } from 'vitest';
import { readCheckLog } from '../../../src/cluster/check-pods.ts';

const line = (text: string) => `2026-11-21T14:48:34.830387451Z stdout F ${text}\n`;

test('the log of a check pod says which questions were asked and answered', () => {
  const log = ['asked 9', 'asked 10', 'reached 9', 'asked 11', 'reached 8'].map(line).join('');
  expect(readCheckLog(log)).toEqual({ asked: 11, reached: 9 });
});

test('a question is no answer, and a line that is being written is none yet', () => {
  expect(readCheckLog('')).toEqual({ asked: 0, reached: 0 });
  expect(readCheckLog(`${line('asked 1')}2026-11-21T14:48:35Z stdout F reached`)).toEqual({ asked: 1, reached: 0 });
});
