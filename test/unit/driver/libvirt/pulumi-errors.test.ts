// Faults in the words of Pulumi 3.260, its bridge 1.1.3, dmacvicar/libvirt after 0.9.7 and libvirt 9.0, as they were said, and what podlab makes of them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { neverConnected, pulumiFault } from '../../../../src/driver/libvirt/pulumi-errors.ts';
import type { ErrorCode } from '../../../../src/error.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const faultOf = (name: string) => pulumiFault(readFileSync(join(fixtures, `${name}.txt`), 'utf8'), 'vms');

/** Fixture → code, message, and what the hint must name. */
const faults: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  'libvirt-not-running': [
    'HOST_UNSUITABLE',
    'libvirt is not running: nobody answers at /var/run/libvirt/libvirt-sock',
    'systemctl start libvirtd',
  ],
  'plugin-missing': [
    'HOST_UNSUITABLE',
    "Pulumi's plugin terraform-provider 1.1.3 is missing, and could not be downloaded",
    'pulumi plugin install resource terraform-provider v1.1.3',
  ],
  'plugin-missing-offline': [
    'HOST_UNSUITABLE',
    "Pulumi's plugin terraform-provider 1.1.3 is missing, and could not be downloaded",
    '$HOME/.pulumi/plugins',
  ],
  'provider-missing': [
    'HOST_UNSUITABLE',
    "the provider dmacvicar/libvirt is missing, and registry.opentofu.org can't be reached to download it",
    '$HOME/.pulumi/dynamic_tf_plugins',
  ],
  'passphrase-wrong': [
    'HOST_UNSUITABLE',
    'the secrets of stack "vms" can\'t be decrypted: the passphrase is not the one that it was made with',
    'PULUMI_CONFIG_PASSPHRASE_FILE',
  ],
  'passphrase-not-set': [
    'HOST_UNSUITABLE',
    'the secrets of stack "vms" can\'t be decrypted: no passphrase is set',
    'PULUMI_CONFIG_PASSPHRASE_FILE',
  ],
  'stack-locked': [
    'STACK_BUSY',
    'stack "vms" is locked by another Pulumi: root@elsewhere, process 1, since 2026-11-21T20:00:00Z',
    'pulumi cancel --stack vms',
  ],
  'not-logged-in': ['HOST_UNSUITABLE', 'Pulumi is not logged in to its backend', 'pulumi login'],
};

test('each fixture stands for a fault', () => {
  const names = readdirSync(fixtures).map((name) => name.replace(/\.txt$/, ''));
  expect(names.sort()).toEqual(Object.keys(faults).sort());
});

test.each(Object.entries(faults))('%s', (name, [code, message, next]) => {
  expect(faultOf(name)).toMatchObject({ code, message, hint: expect.stringContaining(next) });
});

test('a fault that nobody knows is told as it was said, from its end, with the way on', () => {
  const said = Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n');
  const { code, message, hint } = pulumiFault(said, 'vms');
  expect(code).toBe('COMMAND_FAILED');
  expect(message).toMatch(/^stack "vms": line 10\n[\s\S]*line 29$/);
  expect(hint).toContain('podlab up vms');
  expect(pulumiFault('', 'vms').message).toBe('stack "vms": Pulumi failed');
});

test('marks of colour do not hide a fault', () => {
  expect(pulumiFault('<{%fg 1%}>error: incorrect <{%reset%}>passphrase\r\n', 'vms').message).toContain('decrypted');
});

test('only without a connection has nothing been asked of libvirt', () => {
  const unasked = Object.keys(faults).filter((name) => neverConnected(faultOf(name)));
  expect(unasked).toEqual(['libvirt-not-running']);
});
