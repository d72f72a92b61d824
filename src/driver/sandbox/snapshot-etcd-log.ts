// etcd's write-ahead log without its empty end.

import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listDir } from '../../host/files.ts';

/** Below a node's directory. */
export const etcdLogDir = 'lib/etcd/member/wal';

const blockBytes = 4096;

/**
 * etcd allocates 64 MB for a log of less than one, and would allocate them again for a copy of that size. A block of zeros
 * stays at the end, by which it sees that the last entry is whole.
 *
 * @param from the node's directory
 * @param to a directory like it
 * @returns whether there was a log
 */
export function copyEtcdLogs(from: string, to: string): boolean {
  const logs = listDir(join(from, etcdLogDir)).filter((name) => name.endsWith('.wal'));
  if (logs.length === 0) return false;
  mkdirSync(join(to, etcdLogDir), { recursive: true, mode: 0o700 });
  for (const name of logs) {
    writeFileSync(join(to, etcdLogDir, name), withoutEnd(join(from, etcdLogDir, name)), { mode: 0o600 });
  }
  return true;
}

function withoutEnd(file: string): Buffer {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const blocks = Math.ceil(endOfData(fd, size) / blockBytes) + 1;
    const bytes = Buffer.alloc(Math.min(size, blocks * blockBytes));
    readSync(fd, bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** Offset behind the last byte that is not 0. */
function endOfData(fd: number, size: number): number {
  const chunk = Buffer.alloc(256 * blockBytes);
  const zeros = Buffer.alloc(chunk.length);
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - chunk.length);
    const bytes = chunk.subarray(0, readSync(fd, chunk, 0, end - begin, begin));
    if (!bytes.equals(zeros.subarray(0, bytes.length))) return begin + bytes.findLastIndex((byte) => byte !== 0) + 1;
    end = begin;
  }
  return 0;
}
