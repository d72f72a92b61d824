// What a libvirt's machine has to give, and what is taken there: asked before seats are made.

import { endianness } from 'node:os';
import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import { type HostRoute, parseRouteTable } from '../../host/routes.ts';
import { virsh } from './domains.ts';
import { freeBytes, freeScript } from './free-space.ts';
import { libvirtFault } from './pulumi-errors.ts';

export interface LibvirtHostRoom {
  /** MemAvailable, bytes. */
  readonly memoryBytes: number;
  /** Free where the directory is, or will be, bytes. */
  readonly diskBytes: number;
  readonly interfaces: readonly string[];
  /** Every route but the default one. */
  readonly routes: readonly HostRoute[];
  /** Of domains, networks and pools, running or not. */
  readonly names: readonly string[];
}

/** One login, four answers. */
const script = `set -eu
sed -n 's/^MemAvailable: *//p' /proc/meminfo
echo ---
${freeScript}echo ---
ls /sys/class/net
echo ---
cat /proc/net/route
`;

/** @throws LabError HOST_UNSUITABLE, COMMAND_FAILED when that machine or its libvirt can't be asked */
export async function libvirtHostRoom(host: Executor, directory: string): Promise<LibvirtHostRoom> {
  const asked = await host.run(['sh', '-c', script, 'sh', directory], { timeoutMs: 60_000 });
  if (asked.exitCode !== 0) {
    const said = asked.timedOut ? 'no answer in time' : asked.stderr.trim();
    throw libvirtFault(said) ?? new LabError('COMMAND_FAILED', `its machine can't be asked what it has: ${said}`);
  }
  const names: string[] = [];
  for (const kind of ['list', 'net-list', 'pool-list']) {
    names.push(...words(await virsh(host, kind, '--all', '--name')));
  }
  const [memory = '', disk = '', interfaces = '', routes = ''] = asked.stdout.split('---\n');
  return {
    memoryBytes: Number.parseInt(memory, 10) * 1024,
    diskBytes: freeBytes(disk),
    interfaces: words(interfaces),
    // Every machine that libvirt makes rooms on writes its words as this one does.
    routes: parseRouteTable(routes, endianness()),
    names,
  };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
