// What a stack file says about the image of its machines, looked at without making anything.

import { LabError, type Problem } from '../error.ts';
import { foreignNote } from '../infra/foreign-note.ts';
import { machineImage } from '../infra/machine-image.ts';
import { stackConfig } from '../infra/stack-config.ts';
import { silentReporter } from '../reporter.ts';
import type { Workplace } from '../toolchain/request.ts';
import type { Topology } from '../topology/topology.ts';
import type { StackFile } from './stack-files.ts';

export interface ImageLint {
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Reads a disk that is there, all of it where a checksum is written; downloads nothing. */
export async function lintImage(
  topology: Topology,
  { text, file }: Pick<StackFile, 'text' | 'file'>,
  workplace: Workplace,
): Promise<ImageLint> {
  const settings = readable(text, file);
  if (settings === undefined) return { problems: [], notes: [] };
  try {
    const config = (key: string) => settings.get(key);
    const at = { workplace, file, config, isPreview: true, reporter: silentReporter };
    return { problems: [], notes: foreignNote(topology, await machineImage(topology, at)) };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { message, hint } = error;
    const place = placeOf(/^([a-z]+:[A-Za-z]+):/.exec(message)?.[1] ?? 'vm:image', text);
    return { problems: [{ file, ...place, severity: 'error', message, hint }], notes: [] };
  }
}

/** Undefined for a file with a secret in it, which only Pulumi can read. */
function readable(text: string, file: string): ReturnType<typeof stackConfig> | undefined {
  try {
    return stackConfig(text, file);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

/** Of a key; the beginning of the file when it is not in it. */
function placeOf(key: string, text: string): { readonly line: number; readonly column: number } {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.trimStart().replace(/^["']/, '').startsWith(`${key}:`));
  return at === -1 ? { line: 1, column: 1 } : { line: at + 1, column: (lines[at]?.search(/\S/) ?? 0) + 1 };
}
