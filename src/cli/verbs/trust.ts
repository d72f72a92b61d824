// podlab trust: show what a lab from elsewhere runs, and allow it.

import { sanitize } from '../../workshop/sanitize.ts';
import { plannedBlocks } from '../../workshop/trust.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readLab } from '../lab-files.ts';
import { trustLab } from '../lab-trust.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const lab = await readLab(app, args[0] ?? '');
  const isTrusted = options.show !== true;
  if (isTrusted) trustLab(app, lab);
  const blocks = plannedBlocks(lab).map(({ exercise, purpose, block: { on, script, place } }) => {
    return { exercise, purpose, on, script: sanitize(script), line: place.line };
  });
  app.answer(options.json === true, { lab: lab.name, stack: lab.stack, trusted: isTrusted, blocks }, () => {
    const shown = blocks.map(({ exercise, purpose, on, script }) => {
      return `# ${exercise}, ${purpose}, on ${on === '' ? 'the first node' : on}\n${script.trimEnd()}\n`;
    });
    const end = isTrusted ? `${lab.name}: trusted until its text changes\n` : '';
    return `${shown.join('\n')}\n${end}`;
  });
  return exitCodes.done;
}
