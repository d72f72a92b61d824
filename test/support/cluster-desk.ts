// A desk whose rooms may have clusters.

import { describe } from 'vitest';
import { examineLayers } from '../layers.ts';
import { type Desk, withDesk } from './podlab.ts';
import { shareCache } from './shared-cache.ts';

const path = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
const layers = await examineLayers(process.geteuid?.() ?? 0, path);
const skipped = layers.find(({ name }) => name === 'kubernetes')?.skipped ?? '';
const isRequired = (process.env.PODLAB_REQUIRE ?? '').split(',').includes('kubernetes');

/** Groups tests that need a cluster. Where none can run they are skipped, with the reason in the title, or fail if required. */
export function describeClusters(title: string, tests: () => void): void {
  if (skipped === '' || isRequired) describe(title, tests);
  else describe.skip(`${title} (skipped: ${skipped})`, tests);
}

export interface ClusterDesk extends Desk {
  /** Standard output of a shell script on a node. @throws Error with its standard error when it fails */
  on(stack: string, node: string, script: string): Promise<string>;
  /** Objects as the API has them. */
  get<T>(stack: string, ...words: readonly string[]): Promise<T>;
}

/** Gives a desk to `work`; its rooms are cold at first, its toolchain is that of the machine. */
export async function withClusters(work: (desk: ClusterDesk) => Promise<void>): Promise<void> {
  await withDesk(async (desk) => {
    shareCache(desk.root);
    const run = async (...words: readonly string[]) => {
      const { exitCode, stdout, stderr } = await desk.podlab(...words);
      if (exitCode !== 0) throw new Error(`podlab ${words.join(' ')}: exit code ${exitCode}: ${stderr}`);
      return stdout;
    };
    await work({
      ...desk,
      on: (stack, node, script) => run('exec', '--stack', stack, node, '--', 'sh', '-euc', script),
      get: async (stack, ...words) =>
        JSON.parse(await run('kubectl', '--stack', stack, '--', 'get', ...words, '--output', 'json')),
    });
  });
}
