// The keys of the interactive runner: one table for what they do, the bar below the text and the help.

import type { TextFormat } from '../terminal/markdown.ts';
import type { Paint } from '../terminal/paint.ts';
import { renderTable } from '../terminal/table.ts';

export type ActionName = 'check' | 'hint' | 'next' | 'list' | 'reset' | 'solution' | 'shell' | 'help' | 'quit';

const table = [
  { keys: ['c'], action: 'check', word: 'check', help: 'check the task on the live system, or answer its question' },
  { keys: ['h'], action: 'hint', word: 'hint', help: 'show the next hint, or say when it opens' },
  { keys: ['n'], action: 'next', word: 'next', help: 'go on; an unsolved task is left out, with your reason' },
  { keys: ['s'], action: 'solution', word: 'solution', help: 'show the reference solution, and apply it if you like' },
  { keys: ['t', '!'], action: 'shell', word: 'shell', help: 'open a shell on a node right here' },
  { keys: ['l'], action: 'list', word: 'list', help: 'list the exercises and go to another one' },
  { keys: ['x'], action: 'reset', word: 'reset', help: 'take the exercise back to its start' },
  { keys: ['?'], action: 'help', word: 'help', help: 'show this' },
  { keys: ['q'], action: 'quit', word: 'quit', help: 'leave; everything is saved' },
] as const satisfies readonly { keys: readonly string[]; action: ActionName; word: string; help: string }[];

export type Key = (typeof table)[number]['keys'][number] | 'return';

/** Nothing is left to check, to hint at or to solve once a task is done. */
function rowsFor(done: boolean): readonly (typeof table)[number][] {
  return done ? table.filter(({ action }) => !['check', 'hint', 'solution'].includes(action)) : table;
}

export function keysOf(done: boolean): readonly Key[] {
  return ['return', ...rowsFor(done).flatMap(({ keys }): readonly Key[] => keys)];
}

/** Enter does what comes next: check, then go on. */
export function actionOfKey(key: Key, done: boolean): ActionName {
  if (key === 'return') return done ? 'next' : 'check';
  return table.find(({ keys }) => (keys as readonly string[]).includes(key))?.action ?? 'help';
}

export function renderKeyBar(done: boolean, asks: boolean, paint: Paint): string {
  return rowsFor(done)
    .map(({ keys, action, word }) => `${paint('bold', keys[0])} ${action === 'check' && asks ? 'answer' : word}`)
    .join('  ');
}

export function renderHelp(format: TextFormat): string {
  const rows = table.map(({ keys, help }) => [keys.join(' or '), help]);
  return renderTable([...rows, ['Enter', 'check; after that, go on'], ['Ctrl-C', 'leave']], ['key', ''], format);
}
