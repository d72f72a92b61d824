// All secrets of a room of virtual machines, from one: SSH keys and the token by which workers join.

import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import type { SshKeyPair } from './cloud-init.ts';

/**
 * Derived and not drawn, so that whoever has the seed (podlab, or a Pulumi program that runs a second time) has the same
 * keys without keeping them.
 */
export interface RoomKeys {
  /** Opens every machine of the room. */
  readonly user: SshKeyPair;
  /** The machine's own key. @param node as in the topology */
  hostKey(node: string): SshKeyPair;
  /** kubeadm's: `abcdef.0123456789abcdef`. */
  readonly bootstrapToken: string;
}

/** Bytes of entropy in a seed, at the least. */
export const seedBytes = 32;

/** @param seed secret text with 32 bytes of entropy or more, such as 64 hexadecimal digits */
export function roomKeys(seed: string): RoomKeys {
  if (Buffer.byteLength(seed) < seedBytes) throw new RangeError(`a seed has at least ${seedBytes} bytes`);
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', seed, '', `podlab ${purpose}`, 32));
  const token = derive('bootstrap token').toString('hex');
  return {
    user: sshKeyPair(derive('user')),
    hostKey: (node) => sshKeyPair(derive(`host ${node}`)),
    bootstrapToken: `${token.slice(0, 6)}.${token.slice(6, 22)}`,
  };
}

/** What stands before the 32 bytes of an ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

function sshKeyPair(secret: Buffer): SshKeyPair {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, secret]), format: 'der', type: 'pkcs8' });
  const open = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  const type = field('ssh-ed25519');
  const publicBlob = Buffer.concat([type, field(open)]);
  return {
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')}`,
    privateKey: pem(privateBlob(publicBlob, Buffer.concat([type, field(open), field(Buffer.concat([secret, open]))]))),
  };
}

/** OpenSSH's PROTOCOL.key, without a passphrase. */
function privateBlob(publicBlob: Buffer, keys: Buffer): Buffer {
  // The check is the same number twice; it tells a wrong passphrase, which there is none of.
  const plain = Buffer.concat([Buffer.alloc(8), keys, field('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, n) => n + 1));
  return Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[field('none'), field('none'), field('')],
    Buffer.from([0, 0, 0, 1]),
    field(publicBlob),
    field(Buffer.concat([plain, padding])),
  ]);
}

function pem(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

/** A string of SSH's: its length in four bytes, and itself. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
