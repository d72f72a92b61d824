// The text of a stack file as settings of the right shape, and everything that is wrong with its form.

import type { Problem } from '../error.ts';
import { checkShape } from './check-shape.ts';
import { nearest } from './nearest.ts';
import { collectProblems, type Path, type Problems } from './problems.ts';
import type { RawSettings, RawStack } from './raw-stack.ts';
import { settingsSchema, stackFileSchema } from './stack-schema.ts';
import { readYaml } from './yaml-document.ts';

export interface ParsedStack {
  /** Undefined when too little of the file can be read for the rules to say anything useful. */
  readonly raw: RawStack | undefined;
  readonly problems: readonly Problem[];
}

/** @param file the name that problems carry */
export function parseStack(text: string, file: string): ParsedStack {
  const { data, locate, problems: yamlProblems } = readYaml(text, file);
  if (data === undefined) return { raw: undefined, problems: yamlProblems };
  const problems = collectProblems(locate);
  const leftOut = new Set<string>();
  // An empty file is a stack with every default, as it is for Pulumi.
  const { value: root } = checkShape(stackFileSchema, data ?? {}, [], problems, leftOut);
  const config = ownConfig(root.config ?? {}, problems);
  const { value: settings } = checkShape(settingsSchema, config, ['config'], problems, leftOut);
  const all = [...yamlProblems, ...problems.list];
  const isLeftOut = (path: Path) => leftOut.has(path.join('\0'));
  const isReadable = !unreadable.some(isLeftOut);
  const raw = { settings: settings as RawSettings, isComplete: all.length === 0, locate, isLeftOut };
  return { raw: isReadable ? raw : undefined, problems: all };
}

/** Without these, every other rule would complain about the defaults that took their place. */
const unreadable: readonly Path[] = [
  [],
  ['config'],
  ['config', 'podlab:networks'],
  ['config', 'podlab:nodes'],
  ['config', 'podlab:nodes', 'count'],
];

/** The settings of podlab; those of other projects and providers (`libvirt:uri`) are none of our business. */
function ownConfig(config: object, problems: Problems): object {
  const own: [string, unknown][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (key.startsWith('podlab:')) own.push([key, value]);
    else if (!key.includes(':')) {
      const meant = nearest(`podlab:${key}`, Object.keys(settingsSchema.entries));
      const hint = meant === undefined ? 'Write podlab: before the names of settings.' : `Write ${meant}.`;
      problems.error(['config', key], `config key ${key} has no namespace`, hint, 'key');
    }
  }
  return Object.fromEntries(own);
}
