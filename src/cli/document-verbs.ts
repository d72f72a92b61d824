// docs/verbs.md, made from the table of verbs.

import type { Verb } from './command.ts';

/** Markdown with every verb, its options and examples, in the order of the table. */
export function renderVerbsDoc(verbs: readonly Verb[]): string {
  const groups = [...new Set(verbs.map(({ group }) => group))];
  return [
    '# Verbs',
    '',
    'Made from `src/cli/verbs.ts` by `npm run golden`. Answers go to standard output, progress to standard error. Exit codes are in',
    '[troubleshooting.md](troubleshooting.md). A stack is named, or given as the path of its file.',
    ...groups.flatMap((group) => [
      '',
      `## ${group}`,
      ...verbs.filter((verb) => verb.group === group).flatMap(describe),
    ]),
    '',
  ].join('\n');
}

function describe({ name, args, summary, details, examples, options }: Verb): readonly string[] {
  return [
    '',
    `### ${['podlab', name, ...args].join(' ')}`,
    '',
    `${capitalised(summary)}.${details === '' ? '' : ` ${details}`}`,
    ...(options.length === 0 ? [] : ['', ...options.map(({ flags, summary: text }) => `* \`${flags}\`: ${text}`)]),
    '',
    ...examples.map((example) => `    ${example}`),
  ];
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
