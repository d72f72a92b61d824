// Colours that are readable on light and dark terminals: the sixteen of ANSI, no backgrounds.

import { styleText } from 'node:util';

export interface Format {
  /** Whether escape sequences for colour may be used. */
  readonly color: boolean;
  /** Columns; text is wrapped to fit. */
  readonly width: number;
}

export type Style = Parameters<typeof styleText>[0];

/** The text in a style, or the text itself where colour is off. */
export function paint({ color }: Pick<Format, 'color'>, style: Style, text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const widest = 100;

/** What a stream can show; NO_COLOR (no-color.org) and FORCE_COLOR decide before the stream does. */
export function formatFor(stream: Terminal, env: Readonly<Record<string, string | undefined>>): Format {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const color = (env.NO_COLOR ?? '') === '' && (forced || (stream.isTTY === true && env.TERM !== 'dumb'));
  return { color, width: Math.min(stream.columns ?? widest, widest) };
}
