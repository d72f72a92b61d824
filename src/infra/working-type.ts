// Whether libvirt's machine has a KVM that works: the device alone says little.

import { existsSync } from 'node:fs';
import { runProgram } from '../host/run.ts';
import type { Workplace } from '../toolchain/request.ts';
import { sshHostOf } from './libvirt-uri.ts';
import { personEnv } from './person-env.ts';

/**
 * Asks libvirt, which has tried. Where it can't be asked, by a preview on a machine without it for example, the device decides.
 *
 * @param uri which libvirt
 */
export async function workingType(uri: string, { path, env, signal }: Workplace): Promise<'kvm' | 'qemu'> {
  const ask = async (type: 'kvm' | 'qemu') => {
    const argv = ['virsh', '--quiet', '--connect', uri, 'domcapabilities', '--virttype', type] as const;
    const { exitCode } = await runProgram(argv, {
      // The keys and known hosts of whoever runs podlab, for a libvirt on another machine.
      env: { ...personEnv({ env, path }), LC_ALL: 'C' },
      timeoutMs: 60_000,
      signal,
    });
    return exitCode === 0;
  };
  if (await ask('kvm')) return 'kvm';
  // A libvirt that has emulation has answered; one that has neither was not asked at all.
  if (await ask('qemu')) return 'qemu';
  return sshHostOf(uri) !== undefined || existsSync('/dev/kvm') ? 'kvm' : 'qemu';
}
