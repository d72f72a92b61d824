// bgp: BIRD on every node tells the others which pods it has, and puts what it hears into the kernel's routes.

import type { Topology } from '../../topology/topology.ts';
import { clusterAddressOf } from '../cluster-place.ts';
import { podlabEtc, podlabLogs } from '../node-paths.ts';
import { podCidrOf } from '../pod-cidr.ts';
import { asOf, type Session, sessionsOf } from './as-plan.ts';
import type { NodeCommand } from './cni-plan.ts';

export const birdConfig = `${podlabEtc}/bird.conf`;

/** Where `birdc -s` finds the daemon. */
export const birdSocket = '/run/bird/bird.ctl';

export function bgpFiles(topology: Topology, node: string): readonly (readonly [string, string])[] {
  return [[birdConfig, birdConf(topology, node)]];
}

/** In a loop, as the other daemons of a node are kept running. */
export const startBird: readonly NodeCommand[] = [
  {
    run: [
      'sh',
      '-euc',
      `mkdir -p /run/bird ${podlabLogs}
if birdc -s ${birdSocket} show status >/dev/null 2>&1; then exec birdc -s ${birdSocket} configure; fi
setsid sh -c 'while :; do bird -f -c ${birdConfig} -s ${birdSocket}; sleep 0.5; done' </dev/null >>${podlabLogs}/bird.log 2>&1 &`,
    ],
    input: '',
  },
];

function birdConf(topology: Topology, node: string): string {
  const own = clusterAddressOf(topology, node);
  const sessions = sessionsOf(topology, node).map((session) => birdSession(topology, node, session));
  return `router id ${own};
log stderr { info, warning, error, fatal };

protocol device { }

protocol kernel {
  ipv4 {
    import none;
    # The own block is reached by the bridge; only what others told goes into the kernel's routes.
    export where source = RTS_BGP;
  };
}

protocol static {
  ipv4;
  route ${podCidrOf(topology, node)} unreachable;
}

${sessions.join('\n\n')}
`;
}

/**
 * Inside an AS a node hands on only its own block, but for the reflector. Where a route enters an AS, the node that heard it
 * becomes its next hop: so pods of other racks are reached through the first node of the own one.
 */
function birdSession(topology: Topology, node: string, { peer, peerAs, isInternal, isClient }: Session): string {
  const isReflecting = topology.cni.as === 'per-rack';
  const sources = isReflecting ? 'source ~ [ RTS_STATIC, RTS_BGP ]' : 'source = RTS_STATIC';
  const nextHop = isInternal && isReflecting ? 'next hop self ebgp' : 'next hop self';
  return `protocol bgp ${peer.replaceAll('-', '_')} {
  local ${clusterAddressOf(topology, node)} as ${asOf(topology, node)};
  neighbor ${clusterAddressOf(topology, peer)} as ${peerAs};
  direct;${isClient ? '\n  rr client;' : ''}
  connect delay time 1;
  connect retry time 5;
  error wait time 1, 5;
  ipv4 {
    import all;
    export where ${sources};
    ${nextHop};
  };
}`;
}
