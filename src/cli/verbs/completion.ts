// podlab completion: scripts for three shells, which ask `podlab __complete` what may come next.

import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { knownStacks } from '../stack-files.ts';
import { verbs } from '../verbs.ts';

const scripts: Readonly<Record<string, string>> = {
  bash: `_podlab() {
  mapfile -t COMPREPLY < <(compgen -W "$(podlab __complete "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _podlab podlab
`,
  zsh: `#compdef podlab
_podlab() { compadd -- \${(f)"$(podlab __complete \${words[2,CURRENT-1]} 2>/dev/null)"} || _files }
compdef _podlab podlab
`,
  fish: `complete -c podlab -f -a '(podlab __complete (commandline -opc)[2..-1] 2>/dev/null)'
`,
};

export async function run(app: App, { args }: VerbInput): Promise<number> {
  const script = scripts[args[0] ?? ''];
  if (script === undefined) {
    throw new LabError('USAGE', `there is no completion for "${args[0]}"`, {
      hint: 'There is one for bash, zsh and fish.',
    });
  }
  app.stdout.write(script);
  return exitCodes.done;
}

/** Prints what may follow these words, one candidate a line. */
export async function printCandidates(app: App, words: readonly string[]): Promise<void> {
  app.stdout.write(`${(await candidates(app, words)).join('\n')}\n`);
}

async function candidates(app: App, words: readonly string[]): Promise<readonly string[]> {
  const two = verbs.find(({ name }) => name === words.slice(0, 2).join(' '));
  const verb = two ?? verbs.find(({ name }) => name === words[0]);
  if (verb === undefined) {
    const under = verbs.flatMap(({ name }) => (name.startsWith(`${words[0]} `) ? [name.split(' ')[1] ?? ''] : []));
    return under.length > 0 ? under : [...new Set(verbs.map(({ name }) => name.split(' ')[0] ?? ''))];
  }
  const flags = verb.options.map(({ flags }) => /--[\w-]+/.exec(flags)?.[0] ?? '');
  const given = words.slice(verb.name.split(' ').length).filter((word) => !word.startsWith('-')).length;
  if (words.at(-1) === '--stack' || words.at(-1) === '-s') return knownStacks(app);
  const subverbs = verbs
    .filter(({ name }) => name.startsWith(`${verb.name} `))
    .map(({ name }) => name.split(' ')[1] ?? '');
  return [...(await values(app, verb.args[given] ?? '')), ...subverbs, ...flags];
}

async function values(app: App, argument: string): Promise<readonly string[]> {
  if (/stack/.test(argument)) return knownStacks(app);
  if (/shell/.test(argument)) return Object.keys(scripts);
  if (/lab\b/.test(argument)) return (await import('../lab-files.ts')).labNames(app);
  if (!/node/.test(argument)) return [];
  const rooms = await (await import('../drivers.ts')).allRooms(app);
  return [...new Set(rooms.flatMap(({ nodes }) => nodes.map(({ name }) => name)))].concat('gateway', 'outside');
}
