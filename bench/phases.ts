// Where the time of one `podlab up quickstart` goes: the same steps in a fresh Node process, one after the other.

import { fileURLToPath } from 'node:url';
import { milliseconds, type Section, table } from './report.ts';
import { spread } from './timing.ts';
import { runToEnd, systemPath, withWorkplace } from './workplace.ts';

const rounds = 15;
const stepsScript = fileURLToPath(new URL('./up-steps.mjs', import.meta.url));

export async function benchPhases(): Promise<Section> {
  const byPhase = new Map<string, number[]>();
  await withWorkplace(async (place) => {
    const env = { PATH: systemPath, HOME: place.dir, PODLAB_ROOT: place.root, PODLAB_QUIET: '1', LC_ALL: 'C.UTF-8' };
    for (let round = 0; round <= rounds; round++) {
      const started = performance.now();
      const out = await runToEnd(process.execPath, [stepsScript], { cwd: place.dir, env });
      const wholeMs = performance.now() - started;
      await place.podlab('down', 'quickstart');
      if (round === 0) continue; // fills the caches
      const phases = JSON.parse(out) as Record<string, number>;
      const rest = wholeMs - Object.values(phases).reduce((sum, ms) => sum + ms, 0);
      for (const [name, ms] of [...Object.entries(phases), ['start and end of the process', rest] as const]) {
        byPhase.set(name, [...(byPhase.get(name) ?? []), ms]);
      }
    }
  });
  return {
    name: 'phases',
    parts: [
      table(
        ['phase', 'ms'],
        [...byPhase].map(([name, ms]) => [name, milliseconds(spread(ms))]),
      ),
    ],
  };
}
