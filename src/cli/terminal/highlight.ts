// Colours code for the terminal: tokens by @speed-highlight/core, styles of our own palette.

import bash from '@speed-highlight/core/languages/bash.js';
import diff from '@speed-highlight/core/languages/diff.js';
import ini from '@speed-highlight/core/languages/ini.js';
import json from '@speed-highlight/core/languages/json.js';
import yaml from '@speed-highlight/core/languages/yaml.js';
import { type ShjLanguageData, tokenizeWith } from '@speed-highlight/core/tokenize';
import type { Paint, Style } from './paint.ts';

// The generated types of the grammars are not quite those that the tokenizer asks for; the values are.
const grammars = { bash, diff, ini, json, yaml } as unknown as Readonly<Record<string, ShjLanguageData>>;
const languages: Readonly<Record<string, string>> = {
  sh: 'bash',
  bash: 'bash',
  shell: 'bash',
  diff: 'diff',
  ini: 'ini',
  toml: 'ini',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
};

const styles: Readonly<Record<string, Style>> = {
  cmnt: 'dim',
  str: 'magenta',
  esc: 'magenta',
  var: 'magenta',
  func: 'bold',
  section: 'bold',
  type: 'bold',
  class: 'bold',
  err: 'red',
  deleted: 'red',
  insert: 'green',
};

// The grammars look behind over any number of spaces; a page of code is enough to colour.
const maxLength = 10_000;

/**
 * The code with its tokens painted, line by line, so that no style runs over a line's end.
 *
 * @param code without control characters; what is painted is exactly this text
 */
export function highlight(code: string, language: string, paint: Paint): string {
  const grammar = Object.hasOwn(languages, language) ? grammars[languages[language] ?? ''] : undefined;
  if (grammar === undefined || code.length > maxLength) return code;
  let painted = '';
  tokenizeWith(code, grammar, (text, token) => {
    const style = token === undefined ? undefined : styles[token];
    painted += style === undefined ? text : text.replace(/[^\n]+/g, (line) => paint(style, line));
  });
  return painted;
}
