import { WriteStream } from 'node:tty';
import { describe, expect, test } from 'vitest';
import { formatDuration } from '../../../../src/cli/terminal/duration.ts';
import { createPaint, expandTabs, hasColor, onlyOwnStyles } from '../../../../src/cli/terminal/paint.ts';
import { renderProgressBar } from '../../../../src/cli/terminal/progress-bar.ts';
import { renderTable } from '../../../../src/cli/terminal/table.ts';
import { fakeStream } from './fake-stream.ts';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [999.6, '1 s'],
  [1234, '1.2 s'],
  [9940, '9.9 s'],
  [9960, '10 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_725_000, '1 h 2 min'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

describe('a progress bar', () => {
  test.each([
    [0, 8, '░░░░░░░░ 0/8'],
    [4, 8, '████░░░░ 4/8'],
    [8, 8, '████████ 8/8'],
  ])('%d of %d', (done, total, bar) => {
    expect(renderProgressBar(done, total, 12)).toBe(bar);
  });

  test('is not full before the end and not empty after the beginning', () => {
    expect(renderProgressBar(999, 1000, 17)).toBe('███████░ 999/1000');
    expect(renderProgressBar(1, 1000, 15)).toBe('█░░░░░░░ 1/1000');
  });

  test('of nothing is empty', () => {
    expect(renderProgressBar(0, 0, 8)).toBe('░░░░ 0/0');
  });
});

describe('a table', () => {
  test('has aligned columns, numbers to the right', () => {
    const rows = [
      ['node1', '3', 'running'],
      ['node-with-a-name', '12', ''],
    ];
    expect(renderTable(rows, ['node', 'links', 'state'])).toMatchInlineSnapshot(`
      "node              links  state
      node1                 3  running
      node-with-a-name     12"
    `);
  });

  test('wraps the widest cells where it is too narrow, and cuts nothing', () => {
    const table = renderTable([['veth', 'one two three four five six']], ['name', 'what'], { color: false, width: 20 });
    expect(table).toMatchInlineSnapshot(`
      "name  what
      veth  one two three
            four five six"
    `);
  });

  test('takes control characters out of cells, and counts wide characters double', () => {
    const table = renderTable(
      [
        ['網路', 'a\u001b[2Jb\nc'],
        ['x', 'd'],
      ],
      ['n', 'v'],
    );
    expect(table).toBe('n     v\n網路  ab c\nx     d');
  });
});

describe('styles', () => {
  test.each([
    ['no terminal', {}, false, false],
    ['a terminal', {}, true, true],
    ['a terminal with NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['no terminal with FORCE_COLOR', { FORCE_COLOR: '1' }, false, true],
  ])('%s', (_, env, isTTY, expected) => {
    const before = { ...process.env };
    // Nothing else: CI, TMUX and others have a say in colours too.
    process.env = { TERM: 'xterm', ...env };
    try {
      // The method of real terminals, which looks at the environment.
      const stream = Object.assign(fakeStream({ isTTY }).stream, {
        getColorDepth: WriteStream.prototype.getColorDepth,
      });
      expect(hasColor(stream)).toBe(expected);
    } finally {
      process.env = before;
    }
  });

  test('only our own styles survive', () => {
    const paint = createPaint(true);
    const text = `${paint('bold', 'a')}\u001b[41mb\u001b[38;5;1mc\u001b[2Jd\u0007\u009b31me`;
    expect(onlyOwnStyles(text, true)).toBe('\u001b[1ma\u001b[22mbcde');
    expect(onlyOwnStyles(text, false)).toBe('abcde');
  });

  test('tabs reach the next multiple of eight columns', () => {
    expect(expandTabs('a\tb\n\tc\n12345678\td')).toBe('a       b\n        c\n12345678        d');
  });
});
