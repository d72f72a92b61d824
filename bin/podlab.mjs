#!/usr/bin/env node
// Starts podlab from its TypeScript source, on the pinned Node if the one that runs this is too old. Plain JavaScript that Node 20 can read.
import { spawnSync } from 'node:child_process';
import module from 'node:module'; // as a whole: Node 20 has no enableCompileCache to name
import { homedir } from 'node:os';
import { join } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  // Source stripped of types and compiled once, kept where nobody else can write.
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  module.enableCompileCache(join(cache, 'podlab', 'compiled'));
  const { main } = await import('../src/cli/main.ts');
  await main(process.argv.slice(2));
} else {
  const node = pinnedNode();
  const { status, signal } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  process.exitCode = signal === null ? status : 1;
}

function pinnedNode() {
  const name = `node-linux-${process.arch}`;
  try {
    return module.createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch {
    process.stderr.write(
      `podlab: Node ${process.version} is too old (22.18 is needed) and the package ${name} is missing: run "npm ci".\n`,
    );
    process.exit(4);
  }
}
