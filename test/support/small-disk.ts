// The smallest qcow2 disk that has first bytes.

export interface SmallDisk {
  /** Of the ext4 file system that the disk begins with. */
  readonly id?: string;
  readonly magic?: number;
  /** Bits of the lower table's entry. */
  readonly flags?: bigint;
}

/** A header, a table of tables, a table, and one cluster of 64 KiB. */
export function smallDisk({ id = '', magic = 0xef53, flags = 1n << 63n }: SmallDisk = {}): Buffer {
  const cluster = 0x1_0000;
  const file = Buffer.alloc(4 * cluster);
  file.write('QFI\xfb', 0, 'latin1');
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(16, 20);
  file.writeBigUInt64BE(BigInt(cluster), 40);
  file.writeBigUInt64BE((1n << 63n) | BigInt(2 * cluster), cluster);
  file.writeBigUInt64BE(flags | BigInt(3 * cluster), 2 * cluster);
  const superblock = 3 * cluster + 1024;
  file.writeUInt16LE(magic, superblock + 0x38);
  file.write(id.replaceAll('-', ''), superblock + 0x68, 'hex');
  return file;
}
