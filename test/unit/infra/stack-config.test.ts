// Settings of machines in a stack file, and what a libvirt's URI says about the way to it.

import { expect, test } from 'vitest';
import { jumpOf, localUri, sshHostOf } from '../../../src/infra/libvirt-uri.ts';
import { stackConfig } from '../../../src/infra/stack-config.ts';

test('settings of machines are text, in one order, and nothing else is read', () => {
  const text = `encryptionsalt: v1:x
config:
  vm:type: qemu
  podlab:driver: libvirt
  vm:imageOnHost: true
  libvirt:uri: qemu:///system
  aws:region: eu
`;
  expect([...stackConfig(text, 'a.yaml')]).toEqual([
    ['libvirt:uri', 'qemu:///system'],
    ['vm:imageOnHost', 'true'],
    ['vm:type', 'qemu'],
  ]);
  expect([...stackConfig('', 'a.yaml')]).toEqual([]);
});

test('a secret is refused and named', () => {
  const text = 'config:\n  vm:seed:\n    secure: v1:abc\n';
  expect(() => stackConfig(text, 'a.yaml')).toThrow(
    expect.objectContaining({ code: 'USAGE', message: "a.yaml: vm:seed can't be read: it is encrypted" }),
  );
});

test.each([
  ['qemu:///system', '', 'qemu:///system'],
  ['test:///default', '', 'test:///default'],
  ['qemu+ssh://host/system', 'host', 'qemu:///system'],
  ['qemu+ssh://me@host.example:2222/session?x=1', 'me@host.example:2222', 'qemu:///session'],
  ['qemu+tls://host/system', '', 'qemu+tls://host/system'],
])('%s is reached over "%s" and called %s there', (uri, jump, local) => {
  expect(jumpOf(uri)).toBe(jump);
  expect(localUri(uri)).toBe(local);
  expect(sshHostOf(uri) === undefined).toBe(jump === '');
});
