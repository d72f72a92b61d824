// The cache of programs and images: killed at any moment, used by two at once, and damaged on the disk.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentReporter } from '../../../src/reporter.ts';
import { exportToolchain } from '../../../src/toolchain/export-toolchain.ts';
import { describeClusters } from '../../support/cluster-desk.ts';
import { type Desk, outcomeOf, withDesk } from '../../support/podlab.ts';
import { randomsFrom } from '../../support/random.ts';
import { smallProgramsVersion, writeSmallPrograms } from '../../support/small-programs.ts';
import { makeSmallToolchain, smallRequest } from '../../support/small-toolchain.ts';

const importRounds = Number(process.env.PODLAB_IMPORT_KILL_ROUNDS ?? 12);
const buildRounds = Number(process.env.PODLAB_BUILD_KILL_ROUNDS ?? 3);
const seed = Number(process.env.PODLAB_KILL_SEED ?? Date.now() % 100_000);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Path → what is there. containerd's roots have times and names in them that differ each time; podlab holds those to their lists. */
function contentOf(root: string): Readonly<Record<string, string>> {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const paths = all.filter((path) => !/(^|\/)stores\/\w+\/root\//.test(path));
  return Object.fromEntries(paths.map((path) => [path, fingerprint(join(root, path))]));
}

function fingerprint(path: string): string {
  const stat = lstatSync(path);
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  // Times, and what is different in containerd's roots.
  if (/(manifest|files)\.json$/.test(path)) return 'file';
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** What podlab has in the system's place for temporary files, beyond the desks of tests. */
const temporary = () => readdirSync(tmpdir()).filter((name) => /^podlab-(ctrd|layers|pull|import)/.test(name));

/** Runs one line that is killed after a while. */
async function killed(desk: Desk, afterMs: number, words: readonly string[]): Promise<void> {
  const child = desk.start(...words);
  const ended = outcomeOf(child);
  await pause(afterMs);
  child.kill('SIGKILL');
  await ended;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describeClusters('the cache of programs and images', () => {
  test(`an import that is killed is done by the next one (${importRounds} rounds, seed ${seed})`, async () => {
    const random = randomsFrom(seed);
    await withDesk(async (desk) => {
      const here = join(desk.root, 'here');
      const archive = join(desk.root, 'toolchain.tar');
      await makeSmallToolchain(here, 2_000_000);
      await exportToolchain(archive, smallRequest(here), silentReporter);
      const cache = join(desk.root, 'cache');
      const words = ['toolchain', 'import', archive];
      const wholeMs = await timed(async () => expect(await desk.podlab(...words)).toMatchObject({ exitCode: 0 }));
      const good = contentOf(cache);
      expect(Object.keys(good)).not.toEqual([]);
      for (let round = 0; round < importRounds; round++) {
        // Into an empty cache, or over what the rounds before have left.
        if (random() < 0.7) rmSync(cache, { recursive: true });
        const afterMs = random() * wholeMs;
        const what = `round ${round}: killed ${Math.round(afterMs)} of ${Math.round(wholeMs)} ms into import`;
        await killed(desk, afterMs, words);
        expect([what, await desk.podlab(...words)]).toMatchObject([what, { exitCode: 0 }]);
        expect([what, contentOf(cache)]).toEqual([what, good]);
      }
    });
  });

  test(`images that were not finished are by the next podlab (${buildRounds} rounds, seed ${seed})`, async () => {
    const random = randomsFrom(seed);
    await withDesk(async (desk) => {
      const words = wordsFor(desk);
      const cache = join(desk.root, 'cache', 'toolchain');
      const before = temporary();
      const wholeMs = await timed(async () => expect(await desk.podlab(...words)).toMatchObject({ exitCode: 0 }));
      const good = contentOf(cache);
      for (let round = 0; round < buildRounds; round++) {
        rmSync(cache, { recursive: true });
        const afterMs = random() * wholeMs;
        const what = `round ${round}: killed ${Math.round(afterMs)} of ${Math.round(wholeMs)} ms into toolchain`;
        await killed(desk, afterMs, words);
        expect([what, await desk.podlab(...words)]).toMatchObject([what, { exitCode: 0 }]);
        expect([what, contentOf(cache)]).toEqual([what, good]);
        expect([what, temporary()]).toEqual([what, before]);
      }
    });
  });

  test('two podlabs at once do the work once', async () => {
    await withDesk(async (desk) => {
      const outcomes = await Promise.all([1, 2].map(() => desk.podlab(...wordsFor(desk))));
      expect(outcomes).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
      expect(outcomes[0]?.stdout).toBe(outcomes[1]?.stdout);
      const said = outcomes.map(({ stderr }) => stderr).join('');
      for (const line of [/^assembling .*: done/gm, /^unpacking .*: done/gm]) {
        expect([line, said.match(line)]).toMatchObject([line, { length: 1 }]);
      }
      expect(said).toContain('waiting for another podlab');
    });
  });

  test('a byte that changed in a program, an image or an unpacked image is found by --verify, and put right', async () => {
    await withDesk(async (desk) => {
      const words = wordsFor(desk);
      const cache = join(desk.root, 'cache', 'toolchain');
      expect(await desk.podlab(...words)).toMatchObject({ exitCode: 0 });
      const good = contentOf(cache);
      const all = readdirSync(cache, { recursive: true, encoding: 'utf8' }).sort();
      const oneOf = (pattern: RegExp) => all.find((path) => pattern.test(path)) ?? `nothing like ${pattern}`;
      const changes = {
        program: [
          oneOf(/^programs\/kubectl-.*\/kubectl$/),
          /damaged and is mended: kubectl-.*: the content of kubectl/,
        ],
        image: [
          oneOf(/^images\/podlab.local_etcd.*\/image.tar$/),
          /damaged.*: the content of image.tar is not what it was/,
        ],
        layer: [oneOf(/^stores\/.*\/blobs\/sha256\//), /unpacked images are damaged .*: the content of .*\/blobs\//],
        file: [
          oneOf(/^stores\/.*\/snapshots\/.*\/busybox$/),
          /unpacked images are damaged .*: the content of .*busybox/,
        ],
      } as const;
      for (const [what, [path, message]] of Object.entries(changes)) {
        changeByte(join(cache, path));
        // By size and time it is what it was.
        expect([what, await desk.podlab(...words)]).toMatchObject([what, { exitCode: 0, stderr: '' }]);
        const found = await desk.podlab(...words, '--verify');
        expect([what, found]).toMatchObject([what, { exitCode: 0, stderr: expect.stringMatching(message) }]);
        expect([what, contentOf(cache)]).toEqual([what, good]);
      }
      const { stderr } = await desk.podlab(...words, '--verify');
      expect(stderr).not.toContain('damaged');
    });
  });
});

/** A toolchain of programs that are there, with images that no registry has. */
function wordsFor(desk: Desk): readonly string[] {
  const programs = join(desk.root, 'programs');
  mkdirSync(join(desk.root, 'cache'), { recursive: true });
  // Port 9 is discard's; nobody has it.
  writeSmallPrograms(programs, '127.0.0.1:9');
  return ['toolchain', '--kubernetes', smallProgramsVersion, '--dir', programs];
}

/** A disk does this: another byte, the same time. The file gets an inode of its own, because others may have links to it. */
function changeByte(path: string): void {
  const { mode } = statSync(path);
  const old = `${path}.old`;
  renameSync(path, old);
  const content = readFileSync(old);
  const at = content.length >> 1;
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(path, content, { mode });
  // To the nanosecond.
  execFileSync('touch', ['--reference', old, path]);
  rmSync(old);
}
