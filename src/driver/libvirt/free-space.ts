// Room for what is going to be made. Asked beforehand: the provider waits for ever when a pool fills up while an image is sent to it.

import { LabError } from '../../error.ts';
import { fileSize } from '../../host/files.ts';
import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { RoomSettings } from '../../infra/room-settings.ts';
import type { Topology } from '../../topology/topology.ts';
import type { KnownResource } from './pulumi-stack.ts';

const mebibyte = 1024 * 1024;

/** A disk of its own, documents, and what a first boot writes at least. Machines take more as they work. */
const perNode = 64 * mebibyte;

/** What packages, programs and container images take on a machine of somebody else's image: docs/verified.md. */
const perForeignNode = { cluster: 1536 * mebibyte, noCluster: 256 * mebibyte };

/**
 * @param known what is made already
 * @throws LabError HOST_UNSUITABLE
 */
export async function requireSpace(
  topology: Topology,
  { image, poolDirectory }: Pick<RoomSettings, 'image' | 'poolDirectory'>,
  host: Executor,
  known: readonly KnownResource[],
): Promise<void> {
  const names = libvirtNames(topology);
  const isThere = (volume: string) =>
    known.some(({ type, inputs }) => type.endsWith(':Volume') && inputs?.name === volume);
  const files = [
    [names.base, image.disk],
    [names.kernel, image.boot?.kernel ?? ''],
    [names.initrd, image.boot?.initrd ?? ''],
  ] as const;
  const sent = image.isOnHost ? [] : files.filter(([volume]) => !isThere(volume));
  const nodes = [...names.nodes.values()].filter(({ disk }) => !isThere(disk));
  const brought = topology.engine === 'kubernetes' ? perForeignNode.cluster : perForeignNode.noCluster;
  const each = perNode + (image.foreign === undefined ? 0 : brought);
  const needed = sent.reduce((sum, [, file]) => sum + fileSize(file), nodes.length * each);
  if (needed === 0) return;
  const { exitCode, stdout } = await host.run(['sh', '-c', freeScript, 'sh', poolDirectory]);
  const free = freeBytes(stdout);
  if (exitCode !== 0 || !(free < needed)) return;
  const inMiB = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
  throw new LabError(
    'HOST_UNSUITABLE',
    `the room's pool is full: ${inMiB(free)} are left at ${poolDirectory}, and stack "${topology.stack}" takes ${inMiB(needed)} to begin with`,
    { hint: 'Make room there, or name another directory with vm:directory, then run "podlab up" again.' },
  );
}

/** Asks the file system that the directory $1 is on, or will be on when it is made. */
export const freeScript = `dir=$1
while [ ! -e "$dir" ]; do dir=$(dirname "$dir"); done
df -P -B1 -- "$dir"
`;

/** What it says is left there, in bytes; NaN when it has said nothing. */
export function freeBytes(answer: string): number {
  // File systems and mount points may have blanks in their names.
  return Number(/ (\d+) +(?:\d+%|-) [^\n]*$/.exec(answer.trim())?.[1]);
}
