import { expect, test } from 'vitest';
import { type Rich, renderRich, renderSentence } from '../../../src/web/rich-text.ts';

const noPictures = () => undefined;
const words = (text: readonly Rich[]): string =>
  text.map((rich) => (typeof rich === 'string' ? rich : words(rich.children))).join('');
const tags = (text: readonly Rich[]): string[] =>
  text.flatMap((rich) => (typeof rich === 'string' ? [] : [rich.tag, ...tags(rich.children)]));

test('what looks like HTML is text', () => {
  const text = 'See <img src=x onerror=alert(1)> and <script>alert(1)</script>.';
  expect(renderRich(text, noPictures)).toEqual([{ tag: 'p', attrs: {}, children: [text] }]);
});

test('a link leads to the web or is only its text', () => {
  const rich = renderRich('[a](https://a.example/) [b](javascript:alert) [c](data:text/html,x) [d](/etc)', noPictures);
  expect(tags(rich).filter((tag) => tag === 'a')).toHaveLength(1);
  expect(JSON.stringify(rich)).not.toMatch(/"href":"(?!https:)/);
});

test('control characters and what reorders text are taken out, also those that are written as entities', () => {
  expect(words(renderRich('a\u001b[31mb &#27;[1m \u202e`c\u0007`', noPictures))).toBe('ab \ufffd[1m c');
});

test('commands know where they are typed, text pictures are left alone', () => {
  const text = '```sh try on=node1\nip link\n```\n\n```text\na - b\n```\n';
  expect(renderRich(text, noPictures)).toEqual([
    { tag: 'code-block', attrs: { language: 'sh', on: 'node1' }, children: ['ip link'] },
    { tag: 'text-picture', attrs: {}, children: ['a - b'] },
  ]);
});

test('only pictures of the lab are shown', () => {
  const text = '![the room](room.svg) ![spy](http://evil.example/x.png)';
  const rich = renderRich(text, (src) => (src === 'room.svg' ? '/pictures/room.svg' : undefined));
  expect(rich).toEqual([
    {
      tag: 'p',
      attrs: {},
      children: [
        { tag: 'img', attrs: { src: '/pictures/room.svg', alt: 'the room' }, children: [] },
        ' ',
        { tag: 'em', attrs: {}, children: ['[picture: spy]'] },
      ],
    },
  ]);
});

test('of a sentence only names in backticks are understood', () => {
  expect(renderSentence('`lo` in **web** is <b>down</b>')).toEqual([
    { tag: 'code', attrs: {}, children: ['lo'] },
    ' in **web** is <b>down</b>',
  ]);
});

test('tables, lists and quotes keep their form', () => {
  const rich = renderRich('| a | b |\n|---|--:|\n| 1 | 2 |\n\n3. x\n4. y\n\n> z', noPictures);
  expect(tags(rich)).toEqual([
    ...['table', 'thead', 'tr', 'th', 'th', 'tbody', 'tr', 'td', 'td'],
    ...['ol', 'li', 'li', 'blockquote', 'p'],
  ]);
  expect(JSON.stringify(rich)).toContain('"start":"3"');
  expect(JSON.stringify(rich)).toContain('"align":"right"');
});
