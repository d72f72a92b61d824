// The way of @pulumi/command into a machine: SSH to a known host key, through libvirt's host when that is another one.

import type { types } from '@pulumi/command';
import { secret } from '@pulumi/pulumi';
import { sshHostOf } from './libvirt-uri.ts';
import type { RoomSettings } from './room-settings.ts';

type Connection = types.input.remote.ConnectionArgs;

/** Tries of a second and more each: an emulated machine takes minutes to boot. The default gives up after 11 s. */
const tries = 120;

export function connectionTo(address: string, node: string, { uri, keys }: RoomSettings): Connection {
  // Logging in there is up to the user's SSH agent.
  const proxy = sshHostOf(uri);
  return {
    host: address,
    user: 'root',
    privateKey: secret(keys.user.privateKey),
    hostKey: keys.hostKey(node).publicKey,
    dialErrorLimit: tries,
    perDialTimeout: 15,
    ...(proxy === undefined ? {} : { proxy }),
  };
}
