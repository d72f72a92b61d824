// podlab hand: raise your hand for the instructor, or take it down.

import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { record } from '../reporting.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [way = 'up'] = args;
  if (way !== 'up' && way !== 'down') throw new LabError('USAGE', `"${way}" is neither up nor down`);
  const stack = await roomName(app, options.stack as string | undefined);
  const about = { exercise: '', task: '', verdict: '', diagnosis: '', say: '', evidence: '' } as const;
  const sent = await record(app, stack, { at: Date.now(), kind: `hand-${way}`, ...about });
  app.answer(options.json === true, { stack, hand: way, ...sent }, () => {
    if (sent.state === 'off') return `${stack}: your hand is ${way}, but nobody looks; see "podlab help report"\n`;
    return sent.state === 'sent' ? `${stack}: your hand is ${way}\n` : `${stack}: ${sent.why}; it is told later\n`;
  });
  return exitCodes.done;
}
