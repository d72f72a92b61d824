import { expect, test } from 'vitest';
import { roomKeys } from '../../../src/vm/room-keys.ts';

const seed = '0123456789abcdef0123456789abcdef';

test('one seed gives one set of keys', () => {
  const keys = roomKeys(seed);
  // What `ssh-keygen -y` says of the private keys.
  expect(keys.user.publicKey).toBe('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0G+dRJBo+3SOtcAQ5Mcue3T6PnitZuWomdudrYi87h');
  expect(keys.hostKey('node1').publicKey).toBe(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBCtN8v3r5H56/UGeyvQDANYU6esgamRA0MaJafxAVwz',
  );
  expect(keys.bootstrapToken).toBe('01c5ce.ea35867ee9aecea9');
});

test('machines, rooms and users have different keys', () => {
  const keys = roomKeys(seed);
  const other = roomKeys(`${seed}x`);
  const all = [keys, other].flatMap((room) => [room.user, room.hostKey('node1'), room.hostKey('node2')]);
  expect(new Set(all.map(({ privateKey }) => privateKey)).size).toBe(6);
});

test('a private key is in the form of OpenSSH, with lines of 70 characters', () => {
  const lines = roomKeys(seed).user.privateKey.split('\n');
  expect(lines[0]).toBe('-----BEGIN OPENSSH PRIVATE KEY-----');
  expect(lines.slice(-2)).toEqual(['-----END OPENSSH PRIVATE KEY-----', '']);
  expect(lines.slice(1, -3).map(({ length }) => length)).toEqual([70, 70, 70, 70]);
});

test('a short seed is refused', () => {
  expect(() => roomKeys('secret')).toThrow('at least 32 bytes');
});
