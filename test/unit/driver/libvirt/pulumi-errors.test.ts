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
  'libvirt-killed': [
    'HOST_UNSUITABLE',
    'libvirt is not running: nobody answers at /var/run/libvirt/libvirt-sock',
    'systemctl start libvirtd',
  ],
  'libvirt-not-allowed': [
    'HOST_UNSUITABLE',
    'libvirt does not let you in: no permission on its socket',
    'usermod -aG libvirt',
  ],
  'virsh-stopped': [
    'HOST_UNSUITABLE',
    'libvirt is not running: nobody answers at /var/run/libvirt/libvirt-sock',
    'systemctl start libvirtd',
  ],
  'virsh-refused': [
    'HOST_UNSUITABLE',
    'libvirt is not running: nobody answers at /var/run/libvirt/libvirt-sock',
    'systemctl start libvirtd',
  ],
  'virsh-denied': [
    'HOST_UNSUITABLE',
    'libvirt does not let you in: no permission on its socket',
    'usermod -aG libvirt',
  ],
  'network-name-taken': [
    'HOST_UNSUITABLE',
    'libvirt has a network "podlab.vms.nat" already, and it is not this room\'s',
    'rename the stack',
  ],
  'network-bridge-taken': [
    'HOST_UNSUITABLE',
    "the interface pl_vms_nat is taken by a network that is not this room's",
    'rename the stack',
  ],
  'network-interface-there': [
    'HOST_UNSUITABLE',
    "libvirt's machine has an interface pl_vms_nat already, and it is no network of libvirt's",
    'ip link delete pl_vms_nat',
  ],
  'network-range-in-use': [
    'HOST_UNSUITABLE',
    "a network of the stack is in use by the interface virbr7 of libvirt's machine",
    'another CIDR',
  ],
  'domain-name-taken': [
    'HOST_UNSUITABLE',
    'libvirt has a machine "podlab.vms.node1" already, and it is not this room\'s',
    'rename the stack',
  ],
  'kvm-missing': ['HOST_UNSUITABLE', 'KVM does not work on this machine', 'vm:type: qemu'],
  'image-missing': ['NOT_FOUND', "there is no image /no/such/base.qcow2 on libvirt's machine", 'vm:imageOnHost'],
  'pool-directory-taken': [
    'HOST_UNSUITABLE',
    'the directory of the room\'s disks is that of libvirt\'s pool "podlab.other.pool" already',
    'vm:directory',
  ],
  'pool-directory-not-made': [
    'HOST_UNSUITABLE',
    "the directory of the room's disks can't be made: cannot create path '/proc/nowhere': No such file or directory",
    'vm:directory',
  ],
  'disk-lost': ['HOST_UNSUITABLE', 'a disk of the room is gone: /no/such/disk.qcow2', 'podlab up'],
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
  'api-unreachable': [
    'TIMEOUT',
    'the API server of stack "vms" does not answer: Get "https://192.168.39.11:6443/openapi/v2?timeout=32s": context deadline exceeded',
    'podlab up vms',
  ],
  // By the form of commandOutputs.go of pulumi-command 1.2.1, and not recorded.
  'image-not-completed': [
    'HOST_UNSUITABLE',
    "node1: its image has no containerd, which a cluster needs, and they could not be installed: apt-get says:\nE: Failed to fetch http://archive.example/debian/dists/bookworm/InRelease  Temporary failure resolving 'archive.example'\nE: Package 'containerd' has no installation candidate",
    'podlab image build',
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
  const trace = 'oh no\n    at Object.registerResource (file:///x/resource.js:413:27)';
  expect(pulumiFault(trace, 'vms').message).toBe('stack "vms": oh no');
});

test('marks of colour do not hide a fault', () => {
  expect(pulumiFault('<{%fg 1%}>error: incorrect <{%reset%}>passphrase\r\n', 'vms').message).toContain('decrypted');
});

test('only without a connection has nothing been asked of libvirt', () => {
  const unasked = Object.keys(faults).filter((name) => neverConnected(faultOf(name)));
  expect(unasked.sort()).toEqual(['libvirt-killed', 'libvirt-not-allowed', 'libvirt-not-running']);
});
