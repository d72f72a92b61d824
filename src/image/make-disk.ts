// A directory tree → a qcow2 disk that holds it as one ext4 file system.

import { join } from 'node:path';
import type { Workplace } from '../toolchain/request.ts';
import { diskGiB, fileSystemId } from './recipe.ts';
import { inTree } from './tree-command.ts';

/** @param scratch directory for the raw disk, which has holes: it takes about what is in the tree */
export async function makeDisk(tree: string, disk: string, scratch: string, workplace: Workplace): Promise<void> {
  // Not compressed: reading would cost every machine what it saves once.
  const script = `
    truncate --size=${diskGiB}G "$2"
    mke2fs -q -F -t ext4 -L podlab -U ${fileSystemId} -E hash_seed=${fileSystemId},root_owner=0:0 -d "$1" "$2"
    qemu-img convert -O qcow2 "$2" "$3"
    rm "$2"`;
  await inTree(script, [tree, join(scratch, 'disk.raw'), disk], workplace);
}
