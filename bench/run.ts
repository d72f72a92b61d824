// npm run bench -- [NAME…] [--write] [--json]: runs benchmarks, prints their tables, with --json also every measured value that they
// hand out, and with --write puts the tables into docs/benchmarks.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { benchCheck } from './check.ts';
import { benchCluster } from './cluster.ts';
import { benchClusterSeats } from './cluster-seats.ts';
import { benchHelp } from './help.ts';
import { describeMachine, load } from './machine.ts';
import { benchPhases } from './phases.ts';
import { replaceSection, type Section } from './report.ts';
import { benchRooms } from './rooms.ts';
import { benchUp } from './up.ts';
import { benchWorkshop } from './workshop.ts';

const benchmarks: Readonly<Record<string, () => Promise<Section>>> = {
  help: benchHelp,
  phases: benchPhases,
  up: benchUp,
  rooms: benchRooms,
  check: benchCheck,
  cluster: benchCluster,
  workshop: benchWorkshop,
  seats: benchClusterSeats,
};
const page = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));

const words = process.argv.slice(2);
const write = words.includes('--write');
const json = words.includes('--json');
const names = words.filter((word) => !['--write', '--json'].includes(word));
const unknown = names.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 2;
} else {
  await runAll(names.length === 0 ? Object.keys(benchmarks) : names);
}

async function runAll(chosen: readonly string[]): Promise<void> {
  for (const name of chosen) {
    const before = load();
    const section = await benchmarks[name]?.();
    if (section === undefined) continue;
    if (section.fault !== undefined) {
      // What was measured before stays on the page.
      console.error(`${name} was not measured: ${section.fault}`);
      process.exitCode = 1;
      continue;
    }
    const where = `Measured on ${describeMachine()}; load average before the run: ${before.toFixed(1)}.`;
    const full = { ...section, parts: [...section.parts, where] };
    console.log(`\n## ${name}\n\n${full.parts.join('\n\n')}`);
    if (json) console.log(`\n${JSON.stringify(full.data ?? {})}`);
    if (write) writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), full));
  }
}
