// Runs programs and writes files on a node; a program that fails becomes an error that says where and what.

import { LabError } from '../error.ts';
import type { Argv, Executor, RunOptions } from '../host/host.ts';

/** @throws LabError COMMAND_FAILED, TIMEOUT */
export async function runOnNode(node: Executor, argv: Argv, options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr, timedOut } = await node.run(argv, options);
  if (timedOut) throw new LabError('TIMEOUT', `${describe(argv)} on ${node.name}: no end within its time limit`);
  if (exitCode !== 0) {
    throw new LabError('COMMAND_FAILED', `${describe(argv)} on ${node.name}: ${lastLines(stderr || stdout)}`);
  }
  return stdout;
}

/** A shell script with arguments; stops at the first command that fails. */
export async function runScript(
  node: Executor,
  script: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<string> {
  return runOnNode(node, ['sh', '-euc', script, 'podlab', ...args], options);
}

/** Writes files that only root can read, with their directories, in one program. Contents go through standard input. */
export async function writeFiles(node: Executor, files: ReadonlyMap<string, string>): Promise<void> {
  const input = [...files].map(([path, text]) => `${path}\n${Buffer.from(text).toString('base64')}\n`).join('');
  await runScript(node, writeScript, [], { input });
}

const writeScript = `
umask 077
while read -r path && read -r text; do
  mkdir -p -m 755 "\${path%/*}"
  echo "$text" | base64 -d >"$path"
done
`;

/** The end of a text, without empty lines: what an error shows of a log. */
export function lastLines(text: string, count = 12): string {
  return text.trim().split('\n').slice(-count).join('\n');
}

function describe(argv: Argv): string {
  const [program, first = ''] = argv;
  return program === 'sh' ? 'script' : `${program} ${first}`.trim();
}
