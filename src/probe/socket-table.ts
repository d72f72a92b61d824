// Reads /proc/net/{tcp,udp}{,6}, whose rows the kernel documents in Documentation/networking/proc_net_tcp.rst.

export interface OpenSocket {
  readonly address: string;
  readonly port: number;
  /** Number of the socket, as the links under /proc/PID/fd name it. */
  readonly inode: string;
}

/** Rows of a table, with or without its heading. The hexadecimal words are those of a little-endian machine. */
export function parseSocketTable(text: string): OpenSocket[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns.length >= 10 && columns[0] !== 'sl')
    .map((columns) => {
      const [address = '', port = ''] = (columns[1] ?? '').split(':');
      return { address: parseAddress(address), port: Number.parseInt(port, 16), inode: columns[9] ?? '' };
    });
}

function parseAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  return bytes.length === 4 ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.') : renderIpv6(bytes);
}

function renderIpv6(bytes: readonly string[]): string {
  const groups = Array.from({ length: 8 }, (_, n) => `${bytes[2 * n]}${bytes[2 * n + 1]}`);
  // The URL parser of the platform knows how to shorten an address (RFC 5952).
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
