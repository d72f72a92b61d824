import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sanitize, sanitizeLine } from '../../../src/workshop/sanitize.ts';

test.each([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['a title', '\u001b]0;owned\u0007text', 'text'],
  ['a clipboard write that ends with ST', '\u001b]52;c;AAAA\u001b\\text', 'text'],
  ['a sequence that never ends', 'a\u001b]0;title\nb', 'a\nb'],
  ['8-bit sequences', '\u009b31mred\u009d0;x\u009c!', 'red!'],
  ['control characters, keeping newline and tab', 'a\u0000b\tc\nd\u0008e\u007ff', 'ab\tc\ndef'],
  ['Windows lines', 'a\r\nb\rc', 'a\nb\nc'],
  ['text direction', 'a\u202eb\u2066c\u200fd', 'abcd'],
  ['nothing of ordinary text', 'Grüße, 日本語 👩‍💻 – “ok” [31m', 'Grüße, 日本語 👩‍💻 – “ok” [31m'],
])('takes out %s', (_name, dirty, clean) => expect(sanitize(dirty)).toBe(clean));

test('one line stays one line', () => expect(sanitizeLine(' a\n\tb  c ')).toBe('a b c'));

test('nothing that drives a terminal is left of any text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\u001b', '[', ']', 'm', '\u009b', '\u0007', '\\', '\u202e', 'a', ';', '\n')),
      (parts) => {
        const clean = sanitize(parts.join(''));
        expect([...clean].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
        expect(clean).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/);
        expect(sanitize(clean)).toBe(clean);
      },
    ),
  );
});
