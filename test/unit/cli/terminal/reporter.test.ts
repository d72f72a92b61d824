import { describe, expect, test } from 'vitest';
import { plainReporter } from '../../../../src/cli/terminal/plain-reporter.ts';
import { chooseReporter } from '../../../../src/cli/terminal/reporter.ts';
import { terminalReporter } from '../../../../src/cli/terminal/terminal-reporter.ts';
import { fakeStream, handTicker, screenOf } from './fake-stream.ts';

const failure = async () => {
  throw new Error('no');
};

describe('the terminal reporter', () => {
  test('shows a step at once, its detail when it comes, its time after a second', async () => {
    const { stream, text } = fakeStream({ isTTY: true, columns: 60 });
    const ticker = handTicker();
    await terminalReporter(stream, ticker).step('starting dockerd', async (update) => {
      expect(screenOf(text())).toBe('⠋ starting dockerd');
      update('loading images');
      ticker.advance(800);
      expect(screenOf(text())).toBe('⠋ starting dockerd: loading images');
      ticker.advance(1300);
      expect(screenOf(text())).toBe('⠦ starting dockerd: loading images (2 s)');
    });
    expect(screenOf(text())).toBe('✔ starting dockerd (2.1 s)\n');
  });

  test('leaves nothing of a short step', async () => {
    const { stream, text } = fakeStream({ isTTY: true });
    expect(await terminalReporter(stream, handTicker()).step('quick', async () => 7)).toBe(7);
    expect(screenOf(text())).toBe('');
  });

  test('leaves a line for a step that failed, however short', async () => {
    const { stream, text } = fakeStream({ isTTY: true });
    await expect(terminalReporter(stream, handTicker()).step('quick', failure)).rejects.toThrow('no');
    expect(screenOf(text())).toBe('✘ quick (0 ms)\n');
  });

  test('keeps the outer step on the screen when an inner one ends', async () => {
    const { stream, text } = fakeStream({ isTTY: true });
    const reporter = terminalReporter(stream, handTicker());
    await reporter.step('outer', async () => {
      await reporter.step('inner', async () => {
        expect(screenOf(text())).toBe('⠋ inner');
      });
      expect(screenOf(text())).toBe('⠋ outer');
      reporter.warn('careful');
      expect(screenOf(text())).toBe('warning: careful\n⠋ outer');
    });
    expect(screenOf(text())).toBe('warning: careful\n');
  });

  test('cuts a line that would wrap, and takes escapes out of what it is told', async () => {
    const { stream, text } = fakeStream({ isTTY: true, columns: 20 });
    await terminalReporter(stream, handTicker()).step(`a\u001b]0;title\u0007${'b'.repeat(40)}`, async () => {
      expect(screenOf(text())).toBe(`⠋ a${'b'.repeat(16)}`);
    });
  });
});

describe('the plain reporter', () => {
  test('writes a line when a step begins to take long and one when it ends', async () => {
    const { stream, text } = fakeStream();
    const ticker = handTicker();
    await plainReporter(stream, ticker).step('starting dockerd', async (update) => {
      ticker.advance(1500);
      update('never shown');
      ticker.advance(500);
    });
    expect(text()).toBe('starting dockerd ...\nstarting dockerd: done in 2 s\n');
  });

  test('says every fifteen seconds how far a step is, if that has changed', async () => {
    const { stream, text } = fakeStream();
    const ticker = handTicker();
    await plainReporter(stream, ticker).step('building kubelet', async (update) => {
      update('1 of 900 packages');
      ticker.advance(14_000);
      update('120 of 900 packages, about 91 s left');
      ticker.advance(31_000);
      update('900 of 900 packages');
      ticker.advance(10_000);
    });
    ticker.advance(60_000);
    expect(text()).toBe(
      [
        'building kubelet ...',
        'building kubelet: 120 of 900 packages, about 91 s left (15 s so far)',
        'building kubelet: done in 55 s',
        '',
      ].join('\n'),
    );
  });

  test('writes one line for a step of under 100 ms', async () => {
    const { stream, text } = fakeStream();
    const ticker = handTicker();
    await plainReporter(stream, ticker).step('quick', async () => ticker.advance(99));
    ticker.advance(1000);
    expect(text()).toBe('quick: done in 99 ms\n');
  });

  test('says that a step failed, and throws on', async () => {
    const { stream, text } = fakeStream();
    await expect(plainReporter(stream, handTicker()).step('quick', failure)).rejects.toThrow('no');
    expect(text()).toBe('quick: failed after 0 ms\n');
  });
});

describe('the choice of a reporter', () => {
  test('no terminal gets no control sequences', async () => {
    const { stream, text } = fakeStream();
    await chooseReporter({ stream, quiet: false }).step('quick', async () => {});
    expect(text()).toMatch(/^quick: done in \d+ ms\n$/);
  });

  test('quiet leaves warnings only', async () => {
    const { stream, text } = fakeStream({ isTTY: true });
    const reporter = chooseReporter({ stream, quiet: true });
    await reporter.step('quick', async () => reporter.info('word'));
    reporter.warn('careful');
    expect(text()).toBe('warning: careful\n');
  });
});
