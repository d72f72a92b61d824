// Cuts the Markdown of an exercise into prose, tasks, hints and fences with a role, each with its lines.

import MarkdownIt from 'markdown-it';
import container from 'markdown-it-container';
import type { Problem } from '../error.ts';
import { type FenceRole, readFenceRole } from './fence-role.ts';
import { suggest } from './suggest.ts';

/** A fence with a role. */
export interface Fence {
  readonly role: FenceRole;
  readonly text: string;
  /** Line of the file that holds the opening fence, from 1; the text begins on the next. */
  readonly line: number;
}

export interface Section {
  /** `ID Title…` of a task, `after=2` of a hint. */
  readonly params: string;
  readonly line: number;
  /** The Markdown in it without its hidden blocks and without the sections in it. */
  readonly markdown: string;
}

export interface TaskSection extends Section {
  readonly fences: readonly Fence[];
  readonly hints: readonly Section[];
  readonly whys: readonly Section[];
}

export interface Scan {
  readonly parts: readonly (
    | { readonly kind: 'prose'; readonly markdown: string }
    | { readonly kind: 'task'; readonly task: TaskSection }
  )[];
  /** Those outside the tasks. */
  readonly fences: readonly Fence[];
  readonly pictures: readonly { readonly src: string; readonly line: number }[];
  readonly problems: readonly Problem[];
}

/** `html` stays off: what looks like a tag is shown as it is written. */
export function createMarkdown(): Markdown {
  const markdown = new MarkdownIt({ html: false, linkify: false });
  for (const name of containerNames) markdown.use(container, name);
  markdown.use(container, unknownContainer, {
    validate: (params: string) => /^\s*[A-Za-z]/.test(params) && !containerNames.includes(firstWord(params)),
  });
  return markdown;
}

const containerNames: readonly string[] = ['task', 'hint', 'why'];
const unknownContainer = 'unknown';
// Fences with these roles are part of what is read; the others are taken out.
const shownRoles: readonly FenceRole['kind'][] = ['plain', 'try'];

/** Reads the body of an exercise. `offset` is the number of lines of the file above `body`. */
export function scanMarkdown(file: string, body: string, offset: number): Scan {
  const lines = body.split('\n');
  const scanner = new Scanner(file, lines, offset);
  // Emphasis and links are of no interest here, pictures are; the inline rules cost little.
  for (const token of createMarkdown().parse(body, {})) scanner.take(token);
  return scanner.end();
}

type Markdown = InstanceType<typeof MarkdownIt>;
type Token = ReturnType<Markdown['parse']>[number];

interface Frame {
  readonly name: string;
  readonly section: { params: string; line: number };
  /** First line inside and first line after, counted in the body from 0. */
  readonly from: number;
  readonly to: number;
  /** The token level of what stands directly in it. */
  readonly level: number;
  /** Line ranges that are not part of its Markdown. */
  readonly hidden: [number, number][];
  readonly fences: Fence[];
  readonly hints: Section[];
  readonly whys: Section[];
}

class Scanner {
  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #offset: number;
  readonly #frames: Frame[];
  readonly #problems: Problem[] = [];
  readonly #pictures: { src: string; line: number }[] = [];
  readonly #parts: Scan['parts'][number][] = [];
  /** Up to here the top level has been made into parts. */
  #position = 0;

  constructor(file: string, lines: readonly string[], offset: number) {
    this.#file = file;
    this.#lines = lines;
    this.#offset = offset;
    this.#frames = [frame('', { params: '', line: offset + 1 }, 0, lines.length, 0)];
  }

  take(token: Token): void {
    const match = /^container_(.*)_(open|close)$/.exec(token.type);
    if (match?.[2] === 'open') this.#open(match[1] ?? '', token);
    else if (match?.[2] === 'close') this.#close();
    else if (token.type === 'fence') this.#fence(token);
    else if (token.type === 'inline') this.#inline(token);
  }

  end(): Scan {
    this.#prose(this.#lines.length);
    const fences = this.#top().fences;
    return { parts: this.#parts, fences, pictures: this.#pictures, problems: this.#problems };
  }

  #open(name: string, token: Token): void {
    const [first, last] = token.map ?? [0, 0];
    const parent = this.#top();
    const line = this.#offset + first + 1;
    const word = firstWord(token.info);
    if (name === unknownContainer) {
      this.#problem(line, `\`${word}\` is not a container`, suggest(word, containerNames));
    } else if (token.level !== parent.level) {
      this.#problem(line, `\`${name}\` stands inside a list or a quotation`, 'Move it to the margin.');
    } else if (name === 'task' ? parent.name !== '' : parent.name !== 'task') {
      const hint = name === 'task' ? 'Close the task above it with the same number of colons.' : 'Move it into a task.';
      this.#problem(
        line,
        `\`${name}\` stands ${parent.name === '' ? 'outside a task' : `inside \`${parent.name}\``}`,
        hint,
      );
    }
    if (!new RegExp(`^ {0,3}${token.markup}:*\\s*$`).test(this.#lines[last] ?? '')) {
      this.#problem(line, `\`${word}\` is never closed`, `Add a line \`${token.markup}\` where it ends.`);
    }
    if (parent.name === '' && name === 'task') this.#prose(first);
    const section = { params: token.info.trim().slice(word.length).trim(), line };
    this.#frames.push(frame(name, section, first + 1, last, token.level + 1));
  }

  #close(): void {
    const done = this.#frames.pop();
    if (done === undefined) return;
    const parent = this.#top();
    const after = Math.min(done.to + 1, this.#lines.length);
    parent.hidden.push([done.from - 1, after]);
    const section: Section = { ...done.section, markdown: this.#text(done) };
    if (done.name === 'hint') parent.hints.push(section);
    if (done.name === 'why') parent.whys.push(section);
    if (done.name === 'task' && parent.name === '') {
      const { fences, hints, whys } = done;
      this.#parts.push({ kind: 'task', task: { ...section, fences, hints, whys } });
      this.#position = after;
    }
  }

  #fence(token: Token): void {
    const [first, after] = token.map ?? [0, 0];
    const line = this.#offset + first + 1;
    const { role, complaints } = readFenceRole(token.info);
    for (const { message, hint } of complaints) this.#problem(line, message, hint);
    if (role.kind === 'plain') return;
    const parent = this.#top();
    if (token.level !== parent.level) {
      this.#problem(line, 'a block with a role stands inside a list or a quotation', 'Move it to the margin.');
    } else if (parent.name !== '' && parent.name !== 'task') {
      this.#problem(line, `a block with a role stands inside \`${parent.name}\``, 'Move it out, into the task.');
    }
    if (!/^ {0,3}(?:`{3,}|~{3,})\s*$/.test(this.#lines[after - 1] ?? '') || after - 1 === first) {
      this.#problem(line, 'the block is never closed', `Add a line \`${token.markup}\` where it ends.`);
    }
    parent.fences.push({ role, text: token.content, line });
    if (!shownRoles.includes(role.kind)) parent.hidden.push([first, after]);
  }

  #inline(token: Token): void {
    const line = this.#offset + (token.map?.[0] ?? 0) + 1;
    for (const [index, text] of token.content.split('\n').entries()) {
      if (/^:{3,}\s*$/.test(text)) {
        this.#problem(
          line + index,
          `\`${text.trim()}\` closes nothing`,
          'Remove it, or give the opening line as many colons.',
        );
      }
    }
    for (const child of token.children ?? []) {
      if (child.type === 'image') this.#pictures.push({ src: String(child.attrGet('src') ?? ''), line });
    }
  }

  #prose(to: number): void {
    const top = this.#frames[0];
    if (top === undefined) return;
    const markdown = this.#text({ ...top, from: this.#position, to });
    if (markdown !== '') this.#parts.push({ kind: 'prose', markdown });
    this.#position = to;
    top.hidden.length = 0;
  }

  /** The frame's own lines, with every run of blank lines that a hidden block leaves behind made one. */
  #text({ from, to, hidden }: Frame): string {
    const kept: string[] = [];
    let position = from;
    // The ranges are in the order of the lines and do not overlap.
    for (const [first, after] of [...hidden, [to, to] as const]) {
      if (first < position) continue;
      for (; position < Math.min(first, to); position++) kept.push(this.#lines[position] ?? '');
      while (kept.at(-1)?.trim() === '') kept.pop();
      position = Math.max(position, after);
    }
    return kept
      .join('\n')
      .replace(/^(?:[ \t]*\n)+/, '')
      .trimEnd();
  }

  #top(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  #problem(line: number, message: string, hint: string): void {
    this.#problems.push({ file: this.#file, line, column: 1, severity: 'error', message, hint });
  }
}

function frame(name: string, section: Frame['section'], from: number, to: number, level: number): Frame {
  return { name, section, from, to, level, hidden: [], fences: [], hints: [], whys: [] };
}

function firstWord(params: string): string {
  return params.trim().split(/\s+/, 1)[0] ?? '';
}
