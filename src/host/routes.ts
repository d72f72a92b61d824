// The machine's own IPv4 routes, read from the kernel's table without starting a program.

import { endianness } from 'node:os';
import { readTextIfExists } from './files.ts';

export interface HostRoute {
  /** Canonical CIDR. */
  readonly cidr: string;
  readonly dev: string;
}

/** Every route but the default one. */
export function hostRoutes(): readonly HostRoute[] {
  return parseRouteTable(readTextIfExists('/proc/net/route') ?? '', endianness());
}

/** @param table the text of /proc/net/route (proc_net(5)): addresses are hexadecimal words in the machine's byte order */
export function parseRouteTable(table: string, order: 'LE' | 'BE'): readonly HostRoute[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [dev, destination, , , , , , mask] = line.split('\t');
      if (dev === undefined || destination === undefined || mask === undefined) return [];
      const prefix = ones(Number.parseInt(mask, 16));
      return prefix === 0 ? [] : [{ cidr: `${dotted(destination, order)}/${prefix}`, dev }];
    });
}

function dotted(word: string, order: 'LE' | 'BE'): string {
  const bytes = Buffer.from(word, 'hex');
  if (order === 'LE') bytes.reverse();
  return [...bytes].join('.');
}

function ones(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
