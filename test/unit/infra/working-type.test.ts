// Which type of machine is chosen, by what a virsh on PATH answers.

import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workingType } from '../../../src/infra/working-type.ts';

/** @param accepts the types that libvirt has, as a pattern of the shell; undefined: there is no virsh */
async function typeBy(accepts: string | undefined, uri = 'qemu:///system'): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-test-'));
  try {
    if (accepts !== undefined) {
      const script = `#!/bin/sh\ncase "$*" in "--quiet --connect ${uri} domcapabilities --virttype "${accepts}) exit 0;; esac\nexit 1\n`;
      writeFileSync(join(dir, 'virsh'), script);
      chmodSync(join(dir, 'virsh'), 0o755);
    }
    const signal = new AbortController().signal;
    return await workingType(uri, { cacheDir: dir, home: dir, path: dir, env: {}, uid: 0, signal });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const byDevice = existsSync('/dev/kvm') ? 'kvm' : 'qemu';

test.each([
  ['has both', '*', 'kvm'],
  ['can only emulate, whatever devices there are', 'qemu', 'qemu'],
  ['does not answer', 'nothing', byDevice],
])('where libvirt %s', async (_, accepts, type) => {
  expect(await typeBy(accepts)).toBe(type);
});

test('without virsh the device of this machine decides, and for another machine KVM is taken for granted', async () => {
  expect(await typeBy(undefined)).toBe(byDevice);
  expect(await typeBy(undefined, 'qemu+ssh://root@far/system')).toBe('kvm');
});
