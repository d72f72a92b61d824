// The Pulumi CLI: found, too old, missing; interrupted once, and not with podlab.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pulumiCli } from '../../../../src/driver/libvirt/pulumi-cli.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program called pulumi that answers `version`, and otherwise runs a script. */
function fakeCli(where: string, version: string, script = ''): void {
  mkdirSync(join(dir, where), { recursive: true });
  const file = join(dir, where, 'pulumi');
  writeFileSync(file, `#!/bin/sh\n[ "$1" != version ] || { echo ${version}; exit 0; }\n${script}\n`);
  chmodSync(file, 0o755);
}

const request = (signal = new AbortController().signal) => ({
  ...{ home: join(dir, 'home'), env: {}, signal },
  path: `${join(dir, 'x/node_modules/.bin')}:${join(dir, 'bin')}:/usr/bin:/bin`,
});

test('an installed CLI goes before the one that npm would download', async () => {
  fakeCli('x/node_modules/.bin', 'v3.300.0');
  fakeCli('home/node_modules/.bin', 'v3.300.0');
  fakeCli('bin', 'v3.260.0');
  const { command, version } = await pulumiCli(request());
  expect([command, String(version)]).toEqual([join(dir, 'bin', 'pulumi'), '3.260.0']);
  rmSync(join(dir, 'bin'), { recursive: true });
  expect((await pulumiCli(request())).command).toBe(join(dir, 'home/node_modules/.bin/pulumi'));
});

test('a CLI that is missing, too old or cannot start is told', async () => {
  await expect(pulumiCli(request())).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    hint: expect.stringContaining('npm install pulumi'),
  });
  fakeCli('bin', 'v3.206.9');
  await expect(pulumiCli(request())).rejects.toMatchObject({
    message: expect.stringContaining('is 3.206.9, and 3.207 is the oldest'),
  });
  writeFileSync(join(dir, 'bin', 'pulumi'), '#!/bin/sh\necho pulumi: no network >&2; exit 1\n');
  await expect(pulumiCli(request())).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    message: expect.stringContaining('no network'),
  });
});

test('an interrupt reaches it once, and it may put things in order', async () => {
  const log = join(dir, 'log');
  fakeCli(
    'bin',
    'v3.260.0',
    `trap 'echo interrupted >>${log}; sleep 0.2; echo ordered >>${log}; exit 1' INT\necho began >>${log}\nwhile :; do sleep 0.05; done`,
  );
  const abort = new AbortController();
  const cli = (await pulumiCli(request(abort.signal))) as unknown as {
    run(args: readonly string[], cwd: string, env: object): Promise<unknown>;
  };
  const running = cli.run(['up'], dir, {}).catch((error: Error) => error);
  const text = () => readFileSync(log, { encoding: 'utf8', flag: 'a+' });
  for (let look = 0; look < 200 && !text().includes('began'); look++) await sleep(20);
  abort.abort();
  await running;
  expect(text()).toBe('began\ninterrupted\nordered\n');
});
