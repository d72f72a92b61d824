// Reads the lines of `conntrack -L` (conntrack-tools, conntrack(8)); its only other format is XML.

export type ConntrackEntry = {
  readonly proto: string;
  /** Of TCP; '' for protocols without states. */
  readonly state: string;
  readonly seconds: number;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly reply_src: string;
  readonly reply_sport: number;
  readonly reply_dst: string;
  readonly reply_dport: number;
  readonly assured: boolean;
};

/** `tcp 6 86384 ESTABLISHED src=… dst=… sport=… dport=… src=… dst=… …`: the first four as sent, the next as answered. */
export function parseConntrack(text: string): ConntrackEntry[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const valuesOf = (key: string) =>
      words.filter((word) => word.startsWith(`${key}=`)).map((word) => word.slice(key.length + 1));
    const [src, replySrc] = valuesOf('src');
    const [dst, replyDst] = valuesOf('dst');
    const [sport, replySport] = valuesOf('sport').map(Number);
    const [dport, replyDport] = valuesOf('dport').map(Number);
    const [proto = '', , seconds = '', state = ''] = words;
    if (src === undefined || dst === undefined || replySrc === undefined || replyDst === undefined) return [];
    return {
      proto,
      state: state.includes('=') || state.startsWith('[') ? '' : state,
      seconds: Number(seconds),
      src,
      sport: sport ?? 0,
      dst,
      dport: dport ?? 0,
      reply_src: replySrc,
      reply_sport: replySport ?? 0,
      reply_dst: replyDst,
      reply_dport: replyDport ?? 0,
      assured: words.includes('[ASSURED]'),
    };
  });
}
