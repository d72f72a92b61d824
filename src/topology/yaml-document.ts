// YAML text as plain data, with the place of every key and value in it.

import type { Node, Scalar, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Place, Problem } from '../error.ts';
import { collectProblems, type Locate, type Path, type Problems } from './problems.ts';

/** Far more than a room of a thousand nodes needs. */
const maxTextLength = 1_048_576;
/** Aliases can make a short text stand for a huge value ("billion laughs"). */
const maxValues = 200_000;
const maxSyntaxProblems = 20;

/** Names that JavaScript objects have already; valibot's record passes over them in silence. */
const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];

export interface YamlDocument {
  /** Plain data; undefined when the text is not YAML. An empty text is `null`. */
  readonly data: unknown;
  readonly locate: Locate;
  readonly problems: readonly Problem[];
}

/** Reads one YAML 1.2 document (core schema). Never throws. */
export function readYaml(text: string, file: string): YamlDocument {
  const start = { file, line: 1, column: 1 };
  const refuse = (message: string, hint: string): YamlDocument => {
    const problems = [{ ...start, severity: 'error', message, hint } as const];
    return { data: undefined, locate: () => start, problems };
  };
  if (text.length > maxTextLength) return refuse('the file has more than 1 MiB', 'Make it smaller.');
  const place = placesIn(text, file);
  const document = parseDocument(text, {
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: false,
  });
  if (document.errors.length > 0) {
    return { data: undefined, locate: () => start, problems: syntaxProblems(document.errors, place) };
  }
  const offsets = new Map<string, Offsets>();
  const locate: Locate = (path, at = 'value') => {
    for (let length = path.length; length >= 0; length--) {
      const found = offsets.get(keyOf(path.slice(0, length)));
      // What isn't in the file is missing from the thing around it, so that thing's key is the best place.
      if (found !== undefined) return place(length === path.length && at === 'value' ? found.value : found.key);
    }
    return start;
  };
  const problems = collectProblems(locate);
  try {
    const data = new Reader(offsets, problems).read(document.contents, []);
    return { data, locate, problems: problems.list };
  } catch (error) {
    if (error instanceof TooLarge) return refuse('the aliases (*name) multiply to too large a value', 'Write it out.');
    if (error instanceof RangeError) return refuse('the file is nested too deeply', 'Remove some levels.');
    throw error;
  }
}

/** From an offset in the text to its place. After an error inside a flow, yaml's own LineCounter (2.9.1) names columns past the end. */
function placesIn(text: string, file: string): (offset: number) => Place {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const end = Math.min(offset, text.length);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((starts[middle] ?? 0) <= end) low = middle;
      else high = middle;
    }
    return { file, line: low + 1, column: end - (starts[low] ?? 0) + 1 };
  };
}

interface Offsets {
  readonly key: number;
  readonly value: number;
}

class TooLarge extends Error {}

/** Walks the nodes once: makes the data, notes offsets, and refuses what YAML allows but a stack file doesn't need. */
class Reader {
  private readonly offsets: Map<string, Offsets>;
  private readonly problems: Problems;
  private readonly anchors = new Map<string, unknown>();
  private readonly open = new Set<unknown>();
  private values = 0;

  constructor(offsets: Map<string, Offsets>, problems: Problems) {
    this.offsets = offsets;
    this.problems = problems;
  }

  read(node: unknown, path: Path, keyOffset?: number): unknown {
    this.values += 1;
    if (this.values > maxValues) throw new TooLarge();
    const offset = (node as Node | undefined)?.range?.[0] ?? keyOffset ?? 0;
    this.offsets.set(keyOf(path), { key: keyOffset ?? offset, value: offset });
    if (isAlias(node)) return this.readAlias(node.source, path, keyOffset ?? offset);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (node.tag !== undefined) this.problems.error(path, `the tag ${node.tag} is not supported`, 'Remove the tag.');
    this.open.add(node);
    const data = this.readContent(node, path);
    this.open.delete(node);
    return data;
  }

  private readContent(node: YAMLMap | YAMLSeq | Scalar, path: Path): unknown {
    if (isMap(node)) return this.readMap(node.items, path);
    if (isSeq(node)) return node.items.map((item, n) => this.read(item, [...path, n]));
    return isPlain(node.value) ? node.value : null;
  }

  private readMap(pairs: readonly { key: unknown; value: unknown }[], path: Path): unknown {
    const data: Record<string, unknown> = {};
    for (const { key, value } of pairs) {
      const offset = (key as Node | undefined)?.range?.[0] ?? 0;
      if (!isScalar(key) || !isPlain(key.value) || key.value === null) {
        this.offsets.set(keyOf([...path, '?']), { key: offset, value: offset });
        this.problems.error([...path, '?'], 'a key is not a plain word', 'Write a word before the colon.', 'key');
        continue;
      }
      const name = String(key.value);
      const isRepeated = Object.hasOwn(data, name);
      const here = [...path, isRepeated ? `${name} (again)` : name];
      const content = this.read(value, here, offset);
      if (isRepeated) this.problems.error(here, `the key ${name} is there twice`, 'Remove one of the two.', 'key');
      else if (forbiddenKeys.includes(name)) {
        this.problems.error(here, `the key ${name} is not allowed`, 'Choose another name.', 'key');
      } else if (content !== undefined) data[name] = content;
    }
    return data;
  }

  private readAlias(name: string, path: Path, offset: number): unknown {
    const target = this.anchors.get(name);
    if (target !== undefined && !this.open.has(target)) return this.read(target, path, offset);
    const why = target === undefined ? 'is not defined before it is used' : 'contains itself';
    this.problems.error(path, `the alias *${name} ${why}`, `Write out what *${name} should stand for.`);
    return undefined;
  }
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function keyOf(path: Path): string {
  return path.join('\0');
}

function syntaxProblems(errors: readonly YAMLError[], place: (offset: number) => Place): readonly Problem[] {
  const deep = errors.filter(({ code }) => code === 'RESOURCE_EXHAUSTION');
  return (deep.length > 0 ? deep.slice(0, 1) : errors.slice(0, maxSyntaxProblems)).map(({ code, message, pos }) => ({
    ...place(pos[0]),
    severity: 'error',
    ...(syntaxAdvice[code] ?? { message: `this is not YAML: ${message}`, hint: 'Correct the YAML at this place.' }),
  }));
}

const syntaxAdvice: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  MULTIPLE_DOCS: { message: 'a second document begins here', hint: 'Keep one document, and remove the line ---.' },
  RESOURCE_EXHAUSTION: { message: 'the file is nested too deeply', hint: 'Remove some levels.' },
  TAB_AS_INDENT: { message: 'a tab is used for indentation', hint: 'Indent with spaces.' },
};
