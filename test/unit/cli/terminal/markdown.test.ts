// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../../../src/cli/terminal/markdown.ts';
import { widthOf } from '../../../../src/cli/terminal/text-width.ts';

const plain = { color: false, width: 60 };
const coloured = { color: true, width: 60 };

const sample = `# A cable with two ends

A *veth pair* is **two** interfaces; what enters \`eth0\` leaves the other. Read [the
manual](https://example.org/veth), not [this](other.md), and <https://example.org>.

![two namespaces](pictures/veth.svg)

## What to do

1. Make it:
   - one end inside
   - one end outside
2. Bring it up

> A name counts within one namespace, so that two pods may both have an \`eth0\`.

\`\`\`sh try on=node1 when=solved
ip link show type veth   # all of them
\tif true; then echo "$POD"; fi
\`\`\`

\`\`\`text
node1  o=================================================================o  web
\`\`\`

\`\`\`yaml
state: [{ on: node1, is: "it.count == 1" }]
\`\`\`

| Field | Meaning of the field in the observation | n |
|:--|---|--:|
| \`count\` | how many ends there are in the namespace that was asked for | 1 |
| peer | the other end | 12 |

---

<b>No HTML</b> &amp; no &copy; trouble.
`;

describe('Markdown on a terminal', () => {
  test('without colour', async () => {
    await expect(`${renderMarkdown(sample, plain)}\n`).toMatchFileSnapshot(
      '../../../golden/terminal/markdown-plain.txt',
    );
  });

  test('with colour', async () => {
    await expect(`${renderMarkdown(sample, coloured)}\n`).toMatchFileSnapshot(
      '../../../golden/terminal/markdown-colour.ansi',
    );
  });

  test('colour changes nothing but the styles, and the backticks that stand for them', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are made of them
    const bare = renderMarkdown(sample, { color: true, width: 500 }).replace(/\u001b\[\d+m/g, '');
    const words = (text: string) => text.replace(/`/g, '').replace(/[\s─═]+/g, ' ');
    expect(words(bare)).toBe(words(renderMarkdown(sample, { color: false, width: 500 })));
  });

  test('no style runs over the end of a line', () => {
    for (const line of renderMarkdown(sample, coloured).split('\n')) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are made of them
      const codes = [...line.matchAll(/\u001b\[(\d+)m/g)].map((match) => Number(match[1]));
      const opened = codes.filter((code) => code < 10 || (code >= 30 && code < 39)).length;
      expect(opened, line).toBe(codes.length - opened);
    }
  });

  test('prose and tables keep to the width, code and pictures keep their lines', () => {
    const lines = renderMarkdown(sample, { color: false, width: 40 }).split('\n');
    const wide = lines.filter((line) => widthOf(line) > 40);
    expect(wide).toEqual([
      '  │ ip link show type veth   # all of them',
      '  │         if true; then echo "$POD"; fi',
      '  node1  o=================================================================o  web',
      '  │ state: [{ on: node1, is: "it.count == 1" }]',
    ]);
  });
});

describe('hostile Markdown', () => {
  test.each([
    ['an entity that is an escape', '&#27;[31mred&#x9b;31m', '\ufffd[31mred\ufffd31m'],
    ['an entity in a link', '[a](https://example.org/&#27;]0;x)', 'a (https://example.org/&#27;%5D0;x)'],
    ['an entity in inline code', '`a&#7;b`', '`a&#7;b`'],
    ['a link that runs a script', '[a](javascript:alert(1))', '[a](javascript:alert(1))'],
    ['a link to a file', '[a](file:///etc/passwd)', '[a](file:///etc/passwd)'],
    ['a picture of somewhere else', '![x](https://example.org/a/b.png)', '[picture: x, b.png]'],
    ['text that turns around', 'a\u202eb', 'ab'],
    ['a title of the window', '\u001b]0;evil\u0007a', 'a'],
  ])('%s', (_, markdown, text) => {
    expect(renderMarkdown(markdown, plain)).toBe(text);
  });

  test('code cannot bring its own escapes, whatever its language', () => {
    const code = 'echo "\u001b[2J$POD\u009b1m" # \u0007done';
    for (const language of ['sh', 'yaml', 'json', 'diff', 'ini', 'text', '__proto__', '']) {
      const text = renderMarkdown(`\`\`\`${language}\n${code}\n\`\`\``, coloured);
      expect(withoutOwnStyles(text)).not.toMatch(controls);
    }
  });

  test('any text gives nothing but text, newlines and our own styles', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        ...[
          '\u001b[31m',
          '\u001b]8;;x\u0007',
          '\u009b',
          '&#27;',
          '&#x9b;[2J',
          '`',
          '```sh\n',
          '\n```\n',
          '\n\n',
          '|a|b|\n|-|-|\n|',
        ],
        ...[
          '**',
          '_',
          '[',
          '](https://a.b/',
          ')',
          '![',
          '> ',
          '\n- ',
          '\n1. ',
          '# ',
          '\t',
          '$POD',
          '"',
          '\r',
          '::: hint\n',
          '&#8238;',
        ],
      ),
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 120 }),
        (all, color, width) => {
          const text = renderMarkdown(all.join(''), { color, width });
          expect(color ? withoutOwnStyles(text) : text).not.toMatch(controls);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a long block of code is shown, though not coloured, in no time', () => {
    const code = `${' '.repeat(50_000)}x`;
    const started = performance.now();
    expect(renderMarkdown(`\`\`\`sh\n${code}\n\`\`\``, coloured)).toContain(code);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the job
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

function withoutOwnStyles(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the job
  return text.replace(/\u001b\[(?:1|2|3|4|22|23|24|31|32|35|39)m/g, '');
}
