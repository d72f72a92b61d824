// Whose disk a qcow2 file is: podlab's own images bear an id that nobody else's have, where it can be read without starting a machine.

import { closeSync, openSync, readSync } from 'node:fs';
import { fileSystemId } from './recipe.ts';

/** `own`: an image that podlab has built. `foreign`: any other qcow2. `other`: no qcow2, which QEMU would not start. */
export type DiskKind = 'own' | 'foreign' | 'other';

/** Reads a few blocks. @throws Error when there is no such file */
export function diskKind(path: string): DiskKind {
  const fd = openSync(path, 'r');
  try {
    const read = (at: number, length: number) => {
      const block = Buffer.alloc(length);
      // What a damaged header says may be no place at all; beyond the end there is nothing either.
      if (Number.isSafeInteger(at)) readSync(fd, block, 0, length, at);
      return block;
    };
    const head = read(0, 72);
    if (head.toString('latin1', 0, 4) !== 'QFI\xfb') return 'other';
    const first = firstCluster(head, read);
    return first !== 0 && fileSystemIdAt(first, read) === fileSystemId ? 'own' : 'foreign';
  } finally {
    closeSync(fd);
  }
}

type Read = (at: number, length: number) => Buffer;

// docs/interop/qcow2.txt of QEMU: the upper table's offset at byte 40 of the header; in entries of both tables bits 9 to 55 are an
// offset, and bit 62 of one of the lower table says that what is there is compressed.
const offsetBits = 0x00ff_ffff_ffff_fe00n;
const compressedBit = 1n << 62n;

/** Where the first bytes of the disk are in the file; 0 when they are nowhere, or compressed. */
function firstCluster(head: Buffer, read: Read): number {
  const upper = Number(head.readBigUInt64BE(40));
  const lower = read(upper, 8).readBigUInt64BE() & offsetBits;
  if (lower === 0n) return 0;
  const entry = read(Number(lower), 8).readBigUInt64BE();
  return (entry & compressedBit) === 0n ? Number(entry & offsetBits) : 0;
}

/** Of an ext4 file system that begins at the beginning of the disk; '' for anything else, such as a partition table. */
function fileSystemIdAt(offset: number, read: Read): string {
  // The superblock is at byte 1024; in it the magic number at 0x38, the id at 0x68.
  const block = read(offset + 1024, 0x78);
  if (block.readUInt16LE(0x38) !== 0xef53) return '';
  return block.toString('hex', 0x68, 0x78).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
