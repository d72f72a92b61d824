// Stacks that are not there: made, left so, or made up to be looked at, with a CLI that only says what it was asked.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPulumi } from '../../../../src/driver/libvirt/pulumi-stack.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  mkdirSync(join(dir, 'bin'));
  mkdirSync(join(dir, 'state'));
  const cli = join(dir, 'bin', 'pulumi');
  writeFileSync(
    cli,
    `#!/bin/sh
[ "$1" != version ] || { echo v3.260.0; exit 0; }
case " $* " in *" --force "*) force=" --force" ;; esac
echo "$PULUMI_BACKEND_URL $1 $2$force" >>${dir}/log
case "$1 $2" in
"stack export") cat ${dir}/export ;;
"stack select") cat ${dir}/fault >&2; exit 255 ;;
esac
`,
  );
  chmodSync(cli, 0o755);
  writeFileSync(join(dir, 'fault'), "error: no stack named 'vms' found\n");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const request = () => ({
  ...{ stack: 'vms', stateDir: join(dir, 'state'), home: dir, env: { HOME: dir } },
  ...{ path: `${join(dir, 'bin')}:/usr/bin:/bin`, signal: new AbortController().signal },
});
const asked = () => readFileSync(join(dir, 'log'), 'utf8').replaceAll(dir, '').trim().split('\n');
const left = () => readdirSync(join(dir, 'state')).filter((name) => name !== '.pulumi-passphrase');

test('a stack that is only looked at is made up elsewhere, and nothing of it stays', async () => {
  const room = await openPulumi(request(), 'pretend');
  expect(asked()).toEqual([
    'file:///state stack select',
    'file:///state/vms/vm/preview stack select',
    'file:///state/vms/vm/preview stack init',
  ]);
  room?.stopPretending();
  expect(left()).toEqual([]);
});

test('what else the room has is left alone', async () => {
  mkdirSync(join(dir, 'state', 'vms'));
  writeFileSync(join(dir, 'state', 'vms', 'vm-seed'), 'seed');
  (await openPulumi(request(), 'pretend'))?.stopPretending();
  expect(readdirSync(join(dir, 'state', 'vms'))).toEqual(['vm-seed']);
});

test('a stack that is left as it is leaves no directory, nor does one that can not be asked for', async () => {
  expect(await openPulumi(request(), 'leave')).toBeUndefined();
  expect(left()).toEqual([]);
  writeFileSync(join(dir, 'fault'), 'error: incorrect passphrase\n');
  await expect(openPulumi(request(), 'make')).rejects.toThrow('incorrect passphrase');
  expect(left()).toEqual([]);
});

test('one that is made stays, whoever stops looking', async () => {
  (await openPulumi(request(), 'make'))?.stopPretending();
  expect(asked()).toEqual(['file:///state stack select', 'file:///state stack init']);
  expect(readdirSync(join(dir, 'state', 'vms', 'vm'))).toEqual(['pulumi']);
});

test.each([
  ['with nothing but what stands for itself, its parts and its providers is forgotten', 'command', ' --force'],
  ['with anything else is not forgotten against the will of Pulumi', 'network', ''],
])('a stack %s', async (_, what, force) => {
  const kinds = { command: 'pulumi:providers:command', network: 'libvirt:index/network:Network' };
  const types = ['pulumi:pulumi:Stack', 'podlab:infra:LabNode', kinds[what as keyof typeof kinds]];
  const resources = types.map((type) => ({ type, urn: type }));
  writeFileSync(join(dir, 'export'), JSON.stringify({ version: 3, deployment: { resources } }));
  await (await openPulumi(request(), 'make'))?.remove();
  expect(asked().slice(2)).toEqual(['file:///state stack export', `file:///state stack rm${force}`]);
});
