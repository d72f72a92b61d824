// Runs the shell blocks of a lab on the nodes they name.

import { LabError } from '../error.ts';
import type { RunResult } from '../host/host.ts';
import type { ProbeContext } from '../probe/probe.ts';
import type { ShellBlock } from './exercise.ts';
import { sanitize } from './sanitize.ts';
import { fillText, type VarValues, varsEnvironment } from './vars.ts';

// Enough for any teaching output; a block that prints without end is killed here.
const maxOutputBytes = 256 * 1024;
const stderrLines = 20;

/**
 * Runs the blocks in order; the first that fails ends it.
 *
 * @throws LabError COMMAND_FAILED or TIMEOUT, naming file, line, node and exit code; NOT_FOUND for an unknown node
 */
export async function runBlocks(context: ProbeContext, blocks: readonly ShellBlock[], vars: VarValues): Promise<void> {
  for (const block of blocks) {
    for (const node of placesOf(context, block.on, vars)) {
      const result = await runBlock(context, block, node, vars);
      if (failed(result)) throw blockError(block, node, result);
    }
  }
}

/**
 * Runs one block on one node. The script is an argument of `sh -eu -c`: on standard input, a program in it that reads
 * could swallow the rest. Variables are environment. Blank lines above the script make the shell's own line numbers
 * those of the lab file.
 */
export async function runBlock(
  context: ProbeContext,
  { script, place, timeoutMs }: ShellBlock,
  node: string,
  vars: VarValues,
): Promise<RunResult> {
  const name = place.file.slice(place.file.lastIndexOf('/') + 1);
  const padded = '\n'.repeat(place.line - 1) + script;
  const env = varsEnvironment(vars);
  return context.node(node).run(['sh', '-eu', '-c', padded, name], { env, timeoutMs, maxOutputBytes });
}

/** The nodes that `on` names: '' is the first, `each` is all. */
export function placesOf(context: ProbeContext, on: string, vars: VarValues): readonly string[] {
  const nodes = context.topology.nodes.map(({ name }) => name);
  const filled = fillText(on, vars);
  if (filled === 'each') return nodes;
  return filled === '' ? nodes.slice(0, 1) : [filled];
}

export function failed({ exitCode, timedOut, truncated }: RunResult): boolean {
  return exitCode !== 0 || timedOut || truncated;
}

/** What a failed block is reported as. */
export function blockError(block: ShellBlock, node: string, result: RunResult): LabError {
  const { file, line } = block.place;
  const how = result.timedOut
    ? `did not end within ${block.timeoutMs / 1000} s`
    : result.truncated
      ? `printed more than ${maxOutputBytes / 1024} KiB`
      : `failed with exit code ${result.exitCode}`;
  const tail = sanitize(result.stderr).trimEnd().split('\n').slice(-stderrLines).join('\n');
  const message = `${file}:${line}: the block on ${node} ${how}${tail === '' ? '' : `\n${tail}`}`;
  return new LabError(result.timedOut ? 'TIMEOUT' : 'COMMAND_FAILED', message, {
    hint: 'Reset the exercise (podlab reset) and try again; if it stays, the lab is at fault.',
  });
}
