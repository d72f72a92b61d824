// Reads birdc's `show protocols all`: BIRD has no JSON, so this is the one place that knows its words.

export interface BgpSession {
  readonly name: string;
  readonly neighbor: string;
  /** Number of the other's autonomous system; 0 when it is not told. */
  readonly neighborAs: number;
  readonly localAs: number;
  /** Idle, Connect, Active, OpenSent, OpenConfirm, Established, Down; '' for unknown. */
  readonly state: string;
  readonly since: string;
  /** Routes taken from the other, and given to it. */
  readonly imported: number;
  readonly exported: number;
  /** Last error that BIRD remembers, or ''. */
  readonly error: string;
}

/** The BGP sessions in the order of the configuration; protocols of other kinds are left out. */
export function parseBirdProtocols(text: string): BgpSession[] {
  const sessions: BgpSession[] = [];
  for (const block of text.replace(/^\d{4}[- ]/gm, '').split(/\n(?=\S)/)) {
    // name, protocol, table, state, since, info
    const [name = '', protocol, , , ...rest] = block.split('\n')[0]?.trim().split(/\s+/) ?? [];
    if (protocol !== 'BGP') continue;
    const of = (label: string) => new RegExp(`^\\s+${label}:\\s+(.+)$`, 'm').exec(block)?.[1]?.trim() ?? '';
    const routes = /Routes:\s+(\d+) imported(?:, \d+ filtered)?, (\d+) exported/.exec(block);
    sessions.push({
      name,
      neighbor: of('Neighbor address').split('%')[0] ?? '',
      neighborAs: Number(of('Neighbor AS') || 0),
      localAs: Number(of('Local AS') || 0),
      state: of('BGP state'),
      since: /^\d/.test(rest[1] ?? '') && /^\d{4}-/.test(rest[0] ?? '') ? `${rest[0]} ${rest[1]}` : (rest[0] ?? ''),
      imported: Number(routes?.[1] ?? 0),
      exported: Number(routes?.[2] ?? 0),
      error: of('Last error'),
    });
  }
  return sessions;
}

/** `Router ID is 192.168.39.11` of `show status`, or ''. */
export function parseRouterId(text: string): string {
  return /Router ID is (\S+)/.exec(text)?.[1] ?? '';
}
