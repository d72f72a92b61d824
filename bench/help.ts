// The start of podlab itself: `--help` against a Node that does nothing.

import { milliseconds, ratio, type Section, table } from './report.ts';
import { interleave, perRound, spread } from './timing.ts';
import { runToEnd, systemPath, withWorkplace } from './workplace.ts';

const rounds = 25;

export async function benchHelp(): Promise<Section> {
  const samples = await withWorkplace((place) => {
    const podlab = async (...words: string[]) => {
      await place.podlab(...words);
      return undefined;
    };
    return interleave(
      [
        {
          name: 'node -e 0',
          run: async () => {
            await runToEnd(process.execPath, ['-e', '0'], { env: { PATH: systemPath } });
            return undefined;
          },
        },
        { name: 'podlab --version', run: () => podlab('--version') },
        { name: 'podlab --help', run: () => podlab('--help') },
        { name: 'podlab lint quickstart', run: () => podlab('lint', 'quickstart') },
      ],
      rounds,
    );
  });
  const rows = [...samples].map(([name, ms]) => [
    name,
    milliseconds(spread(ms)),
    ratio(spread(perRound(samples, [name, 'node -e 0'], (podlab, node) => podlab / node))),
  ]);
  return { name: 'help', parts: [table(['command', 'ms', '÷ node -e 0'], rows)] };
}
