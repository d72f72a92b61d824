// Colours and attributes, applied or not; the one list of the escape sequences that podlab writes itself.

import { styleText } from 'node:util';
import { sanitize } from '../../workshop/sanitize.ts';

/**
 * The whole palette, all of it readable on black and on white. Bold, dim, italic and underline follow the reader's own
 * foreground; of the 16 colours only magenta and red have a contrast of 3 : 1 against both (xterm's values), so the
 * others never carry text. Green marks what a sign says already.
 */
export type Style = 'bold' | 'dim' | 'italic' | 'underline' | 'magenta' | 'red' | 'green';

/** Text in, the same text with its style out. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(color: boolean): Paint {
  return color
    ? (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }))
    : (_, text) => text;
}

/** Whether a stream wants colour: a terminal does, unless NO_COLOR is set; FORCE_COLOR makes anything do. */
export function hasColor(stream: NodeJS.WritableStream): boolean {
  return styleText('bold', 'x', { stream }) !== 'x';
}

// Opening and closing codes of the styles above.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the job
const ownStyle = /(\u001b\[(?:[1-4]|2[2-4]|31|32|35|39)m)/;

/** The text without any control character but newlines and our own styles; without those too if `color` is off. */
export function onlyOwnStyles(text: string, color: boolean): string {
  if (!color) return expandTabs(sanitize(text));
  // `split` with a group puts the separators at the odd places.
  const pieces = text.split(ownStyle);
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : expandTabs(sanitize(piece)))).join('');
}

/** Tabs as spaces up to the next multiple of 8 columns, counted from the start of each line. */
export function expandTabs(text: string): string {
  if (!text.includes('\t')) return text;
  return text
    .split('\n')
    .map((line) => {
      let column = 0;
      return line.replace(/[^\t]+|\t/g, (piece) => {
        const filled = piece === '\t' ? ' '.repeat(8 - (column % 8)) : piece;
        column += filled.length;
        return filled;
      });
    })
    .join('\n');
}
