// What `podlab up quickstart` does, with a clock between the steps; prints {phase: milliseconds}. Started by phases.ts.

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(process.env.HOME, '.cache', 'podlab', 'compiled'));
const phases = { 'Node itself': performance.now() };
let last = performance.now();
const done = (phase) => {
  const now = performance.now();
  phases[phase] = now - last;
  last = now;
};

const { createApp } = await import('../src/cli/app.ts');
await import('../src/cli/program.ts');
const app = createApp();
done('load the command line');

const { lintStack } = await import('../src/topology/load-topology.ts');
done('load YAML, schema and rules');

const { loadStack } = await import('../src/cli/stack-files.ts');
const { topology, file } = await loadStack(app, 'quickstart');
void lintStack;
done('read the stack file');

const driver = await app.driver(topology.driver);
const reporter = await app.reporter();
done('load the driver');

// The driver asks for one step, the making of the nodes; what is around it is lock, checks, files and record.
let making = 0;
const timing = {
  ...reporter,
  step: async (_title, work) => {
    const started = performance.now();
    const result = await work(() => {});
    making += performance.now() - started;
    return result;
  },
};
await driver.up({ topology, file }, timing);
done('lock, checks, files, record');
phases['lock, checks, files, record'] -= making;
phases['make namespaces, cables and addresses'] = making;
await app.close();
process.stdout.write(`${JSON.stringify(phases)}\n`);
