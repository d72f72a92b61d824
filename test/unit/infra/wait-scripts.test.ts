// The waits for a first boot, with a cloud-init and a systemd that do as they are told.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../../src/host/run.ts';
import { waitForPackages, waitScript } from '../../../src/infra/wait-scripts.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  for (const part of ['bin', 'cloud-init']) mkdirSync(join(dir, part));
  writeFileSync(join(dir, 'cloud-init-output.log'), 'Reading\nE: Unable to locate package wrk\n');
  program('ip', 'echo eth0 UP 192.0.2.11/24');
  program('systemctl', 'exit 1');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function program(name: string, text: string): void {
  const file = join(dir, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** With the machine's directories in one of the test's. */
const wait = (script: string) =>
  runProgram(['sh', '-c', script.replaceAll('/run/', `${dir}/`).replaceAll('/var/log/', `${dir}/`)], {
    env: { PATH: `${join(dir, 'bin')}:/usr/bin:/bin` },
    timeoutMs: 20_000,
  });

test('a first boot that is through ends both waits with the addresses', async () => {
  program('cloud-init', 'echo status: done');
  writeFileSync(join(dir, 'cloud-init', 'result.json'), '{}');
  for (const script of [waitScript, waitForPackages]) {
    expect(await wait(script)).toMatchObject({ exitCode: 0, stdout: 'eth0 UP 192.0.2.11/24\n', stderr: '' });
  }
});

test('a module that fails does not end the wait for packages: what is waited for is the end of the last stage', async () => {
  program('cloud-init', `echo 'status: error'; exit 1`);
  // Each time that systemd is asked, the last stage has gone on.
  program('systemctl', `echo asked >>${dir}/asked; echo '{}' >${dir}/cloud-init/result.json; exit 1`);
  expect(await wait(waitForPackages)).toMatchObject({
    exitCode: 0,
    stdout: 'eth0 UP 192.0.2.11/24\n',
    stderr: 'status: error\nE: Unable to locate package wrk\n',
  });
  expect(readFileSync(join(dir, 'asked'), 'utf8')).toBe('asked\n');
  // An image of podlab's has no module that may fail.
  expect(await wait(waitScript)).toMatchObject({ exitCode: 1, stdout: '' });
});

test('a last stage that died is not waited for', async () => {
  program('cloud-init', 'exit 1');
  program('systemctl', '[ "$*" = "--quiet is-failed cloud-final.service" ]');
  expect(await wait(waitForPackages)).toMatchObject({ exitCode: 0, stdout: 'eth0 UP 192.0.2.11/24\n' });
});

test('a cloud-init without an end is an end of the room', async () => {
  program('cloud-init', 'exit 0');
  program('timeout', 'exit 124');
  expect(await wait(waitForPackages)).toMatchObject({ exitCode: 124, stdout: '' });
});
