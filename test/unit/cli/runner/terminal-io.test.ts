import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { terminalIo } from '../../../../src/cli/runner/terminal-io.ts';
import { fakeStream, screenOf } from '../terminal/fake-stream.ts';

function openTerminal() {
  const stdin = new PassThrough();
  const { stream, text } = fakeStream({ isTTY: true, columns: 80 });
  // Standard output can't be ended either; the prompts try.
  Object.assign(stream, { end: () => stream });
  const abort = new AbortController();
  const io = terminalIo({ stdin, stdout: stream, signal: abort.signal, openShell: async () => {} });
  /** What the keyboard sends. */
  const type = (keys: string) => stdin.write(keys);
  return { io, type, text, abort };
}

const cancelled = { code: 'CANCELLED' };
const choices = [
  { value: 'a', name: 'Alpha' },
  { value: 'b', name: 'Beta' },
  { value: 'c', name: 'Gamma' },
];

describe('one key', () => {
  test('needs no Enter, and other keys do nothing', async () => {
    const { io, type } = openTerminal();
    const answer = io.key('c or q', ['c', 'q']);
    type('zxq');
    expect(await answer).toBe('q');
  });

  test.each([
    ['\r', 'return'],
    ['?', '?'],
    ['!', '!'],
  ])('%j is %s', async (keys, name) => {
    const { io, type } = openTerminal();
    const answer = io.key('?', ['?', '!', 'return']);
    type(keys);
    expect(await answer).toBe(name);
  });

  test('the prompt is taken away once it is answered', async () => {
    const { io, type, text } = openTerminal();
    const answer = io.key('press c', ['c']);
    type('c');
    await answer;
    expect(text()).toContain('press c');
    // Erase the line, back to its first column.
    expect(text()).toContain('\u001b[2K\u001b[G');
  });
});

describe('one line', () => {
  test('is edited and ends with Enter; what was said stays on the screen', async () => {
    const { io, type, text } = openTerminal();
    const answer = io.line('Answer');
    type('13\u007f2\r');
    expect(await answer).toBe('12');
    expect(text().endsWith('Answer 12\n\n')).toBe(true);
  });

  test('can be pasted with control characters, which are not shown', async () => {
    const { io, type, text } = openTerminal();
    const answer = io.line('Answer');
    type('a\u009bb\r');
    await answer;
    expect(text()).not.toContain('\u009b');
  });
});

describe('one of a list', () => {
  test.each([
    ['the arrows', '\u001b[B\u001b[B\r', 'c'],
    ['j and k', 'jjk\r', 'b'],
    ['a digit', '3\r', 'c'],
    ['no further than the ends', 'kkjjjjj\r', 'c'],
  ])('by %s', async (_, keys, value) => {
    const { io, type } = openTerminal();
    const answer = io.choose('Go to', choices);
    type(keys);
    expect(await answer).toBe(value);
  });

  test('begins where it is told to', async () => {
    const { io, type } = openTerminal();
    const answer = io.choose('Go to', choices, 'b');
    type('\r');
    expect(await answer).toBe('b');
  });
});

describe('leaving', () => {
  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s cancels every question', async (_, keys) => {
    for (const question of ['key', 'line', 'choose'] as const) {
      const { io, type } = openTerminal();
      const answer =
        question === 'key' ? io.key('c', ['c']) : question === 'line' ? io.line('Answer') : io.choose('Go to', choices);
      type(keys);
      await expect(answer).rejects.toMatchObject(cancelled);
    }
  });

  test('a signal cancels a question', async () => {
    const { io, abort } = openTerminal();
    const answer = io.key('c', ['c']);
    abort.abort();
    await expect(answer).rejects.toMatchObject(cancelled);
  });

  test('a signal ends the waiting for work that goes on, and takes the spinner away', async () => {
    const { io, abort, text } = openTerminal();
    const work = io.busy('Checking…', () => new Promise(() => {}));
    expect(screenOf(text())).toBe('⠋ Checking…');
    abort.abort();
    await expect(work).rejects.toMatchObject(cancelled);
    expect(screenOf(text())).toBe('');
  });
});
