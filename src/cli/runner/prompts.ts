// The three questions of the runner as terminal prompts: one key, one line, one of a list.

import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isUpKey,
  type KeypressEvent,
  useEffect,
  useKeypress,
  usePagination,
  useState,
} from '@inquirer/core';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { createPaint } from '../terminal/paint.ts';
import type { Choice } from './runner-io.ts';

/** The terminal was closed under a prompt (Ctrl-D, or it went away). */
export const closed = Symbol('closed');

interface KeyConfig {
  readonly prompt: string;
  readonly keys: readonly string[];
}

/** Resolves with the key that was pressed; other keys do nothing. */
export const keyPrompt = createPrompt<string | typeof closed, KeyConfig>(({ prompt, keys }, done) => {
  useClosed(done);
  useKeypress((event, line) => {
    line.clearLine(0);
    const name = nameOf(event);
    if (keys.includes(name)) done(name);
  });
  return `${prompt} `;
});

/** Resolves with the line, or undefined after Escape. */
export const linePrompt = createPrompt<string | undefined | typeof closed, { readonly message: string }>(
  ({ message }, done) => {
    const [value, setValue] = useState('');
    useClosed(done);
    useKeypress((event, line) => {
      if (isEnterKey(event)) done(value);
      else if (event.name === 'escape') done(undefined);
      else setValue(line.line);
    });
    return `${message} ${sanitizeLine(`x${value}x`).slice(1, -1)}`;
  },
);

interface ChoiceConfig {
  readonly message: string;
  readonly choices: readonly Choice[];
  readonly color: boolean;
  readonly start: string | undefined;
}

const pageSize = 12;

/** Resolves with the value of the chosen one, or undefined after Escape. Arrows or j and k move, digits jump. */
export const choicePrompt = createPrompt<string | undefined | typeof closed, ChoiceConfig>(
  ({ message, choices, color, start }, done) => {
    const paint = createPaint(color);
    const [active, setActive] = useState(
      Math.max(
        0,
        choices.findIndex(({ value }) => value === start),
      ),
    );
    useClosed(done);
    useKeypress((event, line) => {
      line.clearLine(0);
      const digit = Number(nameOf(event));
      if (isEnterKey(event)) done(choices[active]?.value);
      else if (event.name === 'escape') done(undefined);
      else if (isUpKey(event, ['vim'])) setActive(Math.max(0, active - 1));
      else if (isDownKey(event, ['vim'])) setActive(Math.min(choices.length - 1, active + 1));
      else if (digit >= 1 && digit <= choices.length) setActive(digit - 1);
    });
    const page = usePagination({
      items: choices,
      active,
      pageSize,
      loop: false,
      renderItem: ({ item, index, isActive }) => {
        const text = `${isActive ? '❯' : ' '} ${index + 1}  ${sanitizeLine(item.name)}`;
        return isActive ? paint('bold', text) : text;
      },
    });
    return `${message} ${paint('dim', '(arrows and Enter; Esc to go back)')}\n${page}`;
  },
);

function useClosed(done: (value: typeof closed) => void): void {
  useEffect((line) => {
    // Settling closes the line as well; a prompt that has its answer ignores this.
    line.on('close', () => done(closed));
  }, []);
}

/** `c`, `?`, `return`: signs that have no name go by themselves. */
function nameOf(event: KeypressEvent & { readonly sequence?: string }): string {
  if (event.ctrl) return '';
  if (isEnterKey(event)) return 'return';
  return event.name ?? event.sequence ?? '';
}
