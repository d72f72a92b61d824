// bgp: BIRD on every node tells the others which pods it has, and puts what it hears into the kernel's routes.

import type { Topology } from '../../topology/topology.ts';
import { clusterAddressOf } from '../cluster-place.ts';
import { podlabEtc, podlabLogs } from '../node-paths.ts';
import { podCidrOf } from '../pod-cidr.ts';
import type { NodeCommand } from './cni-plan.ts';
import { peersOf } from './peers.ts';

/** The first of the AS numbers for private use (RFC 6996), which kube-router and Calico use too. */
export const asNumber = 64_512;

const config = `${podlabEtc}/bird.conf`;

/** Where `birdc -s` finds the daemon. */
export const birdSocket = '/run/bird/bird.ctl';

export function bgpFiles(topology: Topology, node: string): readonly (readonly [string, string])[] {
  return [[config, birdConf(topology, node)]];
}

/** In a loop, as the other daemons of a node are kept running. */
export const startBird: readonly NodeCommand[] = [
  {
    run: [
      'sh',
      '-euc',
      `mkdir -p /run/bird ${podlabLogs}
if birdc -s ${birdSocket} show status >/dev/null 2>&1; then exec birdc -s ${birdSocket} configure; fi
setsid sh -c 'while :; do bird -f -c ${config} -s ${birdSocket}; sleep 0.5; done' </dev/null >>${podlabLogs}/bird.log 2>&1 &`,
    ],
    input: '',
  },
];

function birdConf(topology: Topology, node: string): string {
  const own = clusterAddressOf(topology, node);
  const peers = peersOf(topology, node).map(
    ({ name, address }) => `protocol bgp ${name.replaceAll('-', '_')} {
  local ${own} as ${asNumber};
  neighbor ${address} as ${asNumber};
  direct;
  connect delay time 1;
  connect retry time 5;
  ipv4 {
    import all;
    export where source = RTS_STATIC;
    next hop self;
  };
}`,
  );
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

${peers.join('\n\n')}
`;
}
