// What is left of a room in libvirt that Pulumi does not know: an update that was cut off has made it and told nobody.

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { VmRecord } from '../../infra/vm-record.ts';
import { virsh } from './domains.ts';
import type { KnownResource } from './pulumi-stack.ts';

/**
 * Removes it: by the exact names of the room's things, and only what bears a second mark of this room, so that somebody
 * else's network of the same name stays.
 *
 * @param known what Pulumi knows, and will remove itself
 * @returns what was removed
 */
export async function removeLeftovers(
  { topology, poolDirectory }: VmRecord,
  host: Executor,
  known: readonly KnownResource[],
): Promise<readonly string[]> {
  const names = libvirtNames(topology);
  const isKnown = (kind: string, name: string) =>
    known.some(({ type, inputs }) => type.endsWith(`:${kind}`) && inputs?.name === name);
  const removed: string[] = [];
  const there = async (...words: readonly string[]) => new Set((await virsh(host, ...words)).split(/\s+/));

  const domains = await there('list', '--all', '--name');
  for (const [node, { domain }] of names.nodes) {
    if (!domains.has(domain) || isKnown('Domain', domain)) continue;
    if ((await virsh(host, 'desc', domain, '--title')).trim() !== domainTitle(topology.stack, node)) continue;
    await unless(/not running/, virsh(host, 'destroy', domain));
    await virsh(host, 'undefine', domain, '--nvram', '--managed-save', '--snapshots-metadata');
    removed.push(`machine ${domain}`);
  }

  const networks = await there('net-list', '--all', '--name');
  for (const { name, bridge } of names.networks.values()) {
    if (!networks.has(name) || isKnown('Network', name)) continue;
    if (!(await virsh(host, 'net-dumpxml', name)).includes(`<bridge name='${bridge}'`)) continue;
    await unless(/not active/, virsh(host, 'net-destroy', name));
    await virsh(host, 'net-undefine', name);
    removed.push(`network ${name}`);
  }

  if (!(await there('pool-list', '--all', '--name')).has(names.pool)) return removed;
  if (!(await virsh(host, 'pool-dumpxml', names.pool)).includes(`<path>${poolDirectory}</path>`)) return removed;
  if (!(await there('pool-list', '--name')).has(names.pool)) await virsh(host, 'pool-start', names.pool);
  await virsh(host, 'pool-refresh', names.pool);
  const volumes = await there('vol-list', names.pool);
  const disks = [...names.nodes.values()].flatMap(({ disk, seed }) => [disk, seed]);
  for (const volume of [...disks, names.base, names.kernel, names.initrd]) {
    if (!volumes.has(volume) || isKnown('Volume', volume)) continue;
    await virsh(host, 'vol-delete', volume, '--pool', names.pool);
    removed.push(`volume ${volume}`);
  }
  if (isKnown('Pool', names.pool)) return removed;
  await virsh(host, 'pool-destroy', names.pool);
  await virsh(host, 'pool-undefine', names.pool);
  return [...removed, `pool ${names.pool}`];
}

/** What a machine of podlab's is called for people, in libvirt. */
function domainTitle(stack: string, node: string): string {
  return `podlab: ${node} of ${stack}`;
}

async function unless(harmless: RegExp, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof LabError) || !harmless.test(error.message)) throw error;
  }
}
