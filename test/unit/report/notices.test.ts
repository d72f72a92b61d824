// What a seat is told: kept, numbered, taken once.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyInbox, hintRuleOf, takeWord, wordsOf } from '../../../src/report/inbox.ts';
import type { Notice } from '../../../src/report/notice.ts';
import { type NoticeFiles, openNoticeDesk } from '../../../src/report/notice-desk.ts';

const plain = { at: 1, kind: 'message', text: 'hello', exercise: '', task: '', done: false, event: 0 } as const;

function memory() {
  const texts = new Map<string, string>();
  const files: NoticeFiles = {
    read: (seat) => texts.get(seat),
    append: (seat, text) => void texts.set(seat, (texts.get(seat) ?? '') + text),
    write: (seat, text) => void texts.set(seat, text),
    keepAside: (seat) => seat,
  };
  return { texts, files };
}

test('what was said is there after a restart, and a line that a kill cut short is said no more', () => {
  const { texts, files } = memory();
  const desk = openNoticeDesk(['a', 'b'], files);
  desk.post(['a', 'b'], plain);
  desk.post(['a'], { ...plain, text: 'again' });
  desk.post(['nobody'], plain);
  texts.set('a', `${texts.get('a')}{"number":3,"at"`);
  const reopened = openNoticeDesk(['a', 'b'], files);
  expect(reopened.of('a').map(({ number, text }) => [number, text])).toEqual([
    [1, 'hello'],
    [2, 'again'],
  ]);
  reopened.post(['a'], plain);
  expect(openNoticeDesk(['a'], files).of('a')).toHaveLength(3);
  expect(reopened.of('b')).toHaveLength(1);
});

test('however often and in whatever pieces notices come, each is taken once', () => {
  const all = Array.from({ length: 10 }, (_, index): Notice => ({ ...plain, number: index + 1 }));
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 12 }), (answers) => {
      let inbox = emptyInbox;
      for (const upTo of [...answers, 12]) {
        // The server sends what the seat said that it lacks; an answer may come late, and say old things.
        const from = Math.min(inbox.heard, upTo);
        inbox = takeWord(inbox, { hints: 'open', notices: all.slice(from, upTo) }, 0);
      }
      expect(inbox.notices.map(({ number }) => number)).toEqual(all.map(({ number }) => number));
    }),
  );
});

test('hints that are locked open one by one; opened ones stay open', () => {
  const unlock: Notice = { ...plain, number: 1, kind: 'unlock', exercise: 'a/b', task: 'c' };
  const inbox = takeWord(emptyInbox, { hints: 'locked', notices: [unlock] }, 0);
  expect([hintRuleOf(inbox, 'a/b', 'c'), hintRuleOf(inbox, 'a/b', 'd')]).toEqual(['open', 'closed']);
  expect(hintRuleOf(emptyInbox, 'a/b', 'd')).toBe('lab');
  const later = takeWord(inbox, { hints: 'open', notices: [] }, 0);
  expect([hintRuleOf(later, 'a/b', 'c'), hintRuleOf(later, 'a/b', 'd')]).toEqual(['open', 'lab']);
});

test('times are spans: the clock of the seat is all that counts, and delay does not move them', () => {
  const word = { hints: 'open', notices: [], closesInMs: 3_600_000 } as const;
  const first = takeWord(emptyInbox, word, 5_000_000);
  expect(first.closesAt).toBe(8_600_000);
  expect(takeWord(first, { ...word, closesInMs: 3_590_500 }, 5_010_000).closesAt).toBe(8_600_000);
  expect(takeWord(first, { ...word, closesInMs: 7_200_000 }, 5_010_000).closesAt).toBe(12_210_000);
  expect(takeWord(first, { hints: 'open', notices: [] }, 5_010_000).closesAt).toBe(0);
});

test.each([
  [{ kind: 'unlock', exercise: 'a/b', task: 'c' }, 'The instructor has opened the hints of a/b/c.'],
  [{ kind: 'reset', done: true }, 'The instructor has built this room anew.'],
  [{ kind: 'reset', exercise: 'a/b' }, 'The instructor puts a/b back to its start.'],
  [{ kind: 'hand', text: 'Coming.' }, 'Your raised hand has been seen. Coming.'],
] as const)('%j in words', (notice, words) => {
  expect(wordsOf({ ...plain, text: '', number: 1, ...notice })).toBe(words);
});
