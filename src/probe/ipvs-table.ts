// Reads /proc/net/ip_vs (net/netfilter/ipvs/ip_vs_ctl.c): addresses and ports in hexadecimal.

import { formatIp } from '../net/ipv4.ts';

export interface VirtualServer {
  readonly proto: 'tcp' | 'udp';
  readonly ip: string;
  readonly port: number;
  /** `rr`, `lc` … */
  readonly scheduler: string;
  /** `10.244.0.5:8443`, in the order of the table. */
  readonly targets: readonly string[];
}

export function parseIpvs(text: string): VirtualServer[] {
  const found: (VirtualServer & { targets: string[] })[] = [];
  for (const line of text.split('\n')) {
    const server = /^(TCP|UDP) +([0-9A-F]{8}):([0-9A-F]{4}) +(\S+)/.exec(line);
    if (server !== null) {
      const [, proto = '', ip = '', port = '', scheduler = ''] = server;
      found.push({
        proto: proto.toLowerCase() as 'tcp' | 'udp',
        ip: address(ip),
        port: Number.parseInt(port, 16),
        scheduler,
        targets: [],
      });
    }
    const real = /^ +-> ([0-9A-F]{8}):([0-9A-F]{4}) /.exec(line);
    if (real !== null) found.at(-1)?.targets.push(`${address(real[1] ?? '')}:${Number.parseInt(real[2] ?? '', 16)}`);
  }
  return found;
}

function address(hex: string): string {
  return formatIp(Number.parseInt(hex, 16));
}
