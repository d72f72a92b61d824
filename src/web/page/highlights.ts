// Which parts of the room a verdict is about.

import type { Evidence, Verdict } from '../../workshop/exercise.ts';

export type Tone = 'good' | 'bad' | 'unsure';

/** Key of a node, a namespace in it or an interface: `node1`, `node1/web`, `node1/web/eth0`, `node1//cni0`. */
export function partKey(node: string, netns = '', iface = ''): string {
  return iface === '' ? (netns === '' ? node : `${node}/${netns}`) : `${node}/${netns}/${iface}`;
}

/**
 * Tones by key of a part. Of a failed state the last thing that was seen is what failed; what was seen before it holds.
 *
 * @param firstNode where a probe looks that names no node
 */
export function highlightsOf(verdict: Verdict, firstNode: string): ReadonlyMap<string, Tone> {
  const tones = new Map<string, Tone>();
  if (!('evidence' in verdict)) return tones;
  const last = verdict.kind === 'pass' ? 'good' : verdict.kind === 'fail' ? 'bad' : 'unsure';
  for (const [index, evidence] of verdict.evidence.entries()) {
    const tone = index === verdict.evidence.length - 1 ? last : 'good';
    for (const key of keysOf(evidence, firstNode)) tones.set(key, tone);
  }
  return tones;
}

function keysOf({ probe, args, observation }: Evidence, firstNode: string): readonly string[] {
  const word = (name: string) => (typeof args[name] === 'string' ? args[name] : '');
  const node = word('on') || firstNode;
  if (probe === 'net.netns') return [partKey(node, word('name'))];
  const iface = word('iface') || word('name') || word('dev');
  const keys = [partKey(node, word('netns'), iface)];
  if (probe === 'net.veths' && Array.isArray(observation.pairs)) {
    for (const pair of observation.pairs as readonly { name: string; peer: string; peer_netns: string }[]) {
      keys.push(partKey(node, word('netns'), pair.name));
      if (pair.peer !== '') keys.push(partKey(node, pair.peer_netns, pair.peer));
    }
  }
  return keys;
}
