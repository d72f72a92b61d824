// The command line parser, made from the table of verbs.

import { Command, CommanderError } from 'commander';
import { LabError } from '../error.ts';
import type { App } from './app.ts';
import type { Verb } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { verbs } from './verbs.ts';

/** Parses one command line and runs its verb; help and version are answers too. */
export async function runProgramLine(app: App, words: readonly string[]): Promise<number> {
  // What stands behind `--` belongs to somebody else's program, options and all.
  const { own, rest } = split(words);
  let exitCode: number = exitCodes.done;
  const program = createProgram(app, async (verb, args, options) => {
    const module = await verb.load();
    exitCode = await module.run(app, { args, rest, options });
  });
  try {
    await program.parseAsync(own.length === 0 ? ['help'] : [...own], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and its like are printed already.
    if (error.exitCode === 0) return exitCodes.done;
    if (error.code === 'commander.help') return exitCodes.usage;
    throw usageError(error);
  }
}

function split(words: readonly string[]): { readonly own: readonly string[]; readonly rest: readonly string[] } {
  const at = words.indexOf('--');
  if (at !== -1) return { own: words.slice(0, at), rest: words.slice(at + 1) };
  const handsOn = verbs.some(({ name, handsOn }) => handsOn === true && name === words[0]);
  return handsOn ? { own: words.slice(0, 1), rest: words.slice(1) } : { own: words, rest: [] };
}

/** Commander's own sentence, `error: unknown command 'upp'`, with its guess in a second line. */
function usageError({ message }: CommanderError): LabError {
  const [what = '', guess = ''] = message.replace(/^error: /, '').split('\n');
  const hint =
    guess === '' ? 'Run "podlab help" to see the verbs, "podlab help VERB" for one.' : guess.replace(/^\(|\)$/g, '');
  return new LabError('USAGE', what.replace(/\.$/, ''), { hint });
}

type Action = (
  verb: Verb,
  args: readonly string[],
  options: Record<string, string | boolean | undefined>,
) => Promise<void>;

function createProgram(app: App, action: Action): Command {
  const program = new Command('podlab')
    .description(
      'The same machine room for everyone who learns Kubernetes networking, and answers checked on the live system.',
    )
    .usage('<verb> [options]')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => app.stdout.write(text),
      writeErr: (text) => app.stderr.write(text),
      outputError: () => {}, // main.ts reports it
    })
    .showSuggestionAfterError()
    .helpCommand('help [verb]', 'more on a verb')
    .option('--version', 'print the version') // main.ts answers it
    .addHelpText('after', '\nBegin with "podlab begin". More on a verb: "podlab help <verb>".');
  for (const verb of verbs) addVerb(program, verb, action);
  return program;
}

function addVerb(program: Command, verb: Verb, action: Action): void {
  const [noun, word] = verb.name.split(' ');
  const parent = word === undefined ? program : nounCommand(program, noun ?? '', verb);
  const command = parent
    .command(word ?? verb.name)
    .summary(verb.summary)
    .description([capitalised(verb.summary), verb.details].filter((text) => text !== '').join('\n'))
    .addHelpText('after', `\nExamples:\n${verb.examples.map((example) => `  ${example}`).join('\n')}`)
    .helpGroup(`${verb.group}:`)
    .exitOverride();
  for (const argument of verb.args) command.argument(argument);
  for (const { flags, summary } of verb.options) command.option(flags, summary);
  command.action(async (...received: unknown[]) => {
    const given = received
      .slice(0, verb.args.length)
      .flat()
      .filter((value) => typeof value === 'string');
    // A verb that has sub-verbs shares option names with them.
    await action(verb, given, command.optsWithGlobals());
  });
}

/** The command of a noun, which may be a verb as well; one that is none shows what there is under it. */
function nounCommand(program: Command, noun: string, { group }: Verb): Command {
  const known = program.commands.find((command) => command.name() === noun);
  if (known !== undefined) return known;
  const title = nouns[noun];
  if (title === undefined) throw new Error(`the table has no words for ${noun}`);
  return program.command(noun).summary(title).description(capitalised(title)).helpGroup(`${group}:`).exitOverride();
}

const nouns: Readonly<Record<string, string>> = { bench: 'measure what podlab makes' };

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
