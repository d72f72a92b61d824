// After a start: do packets of pods really go the way that the stack file names, and do they arrive whole?

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import { overheadBytes } from '../../topology/check-cni.ts';
import type { Topology } from '../../topology/topology.ts';
import { checkNamespace } from '../check-pods.ts';
import { type ClusterPlace, controlPlaneOf } from '../cluster-place.ts';
import { get } from '../kubectl.ts';
import { runScript } from '../run-on-node.ts';
import { waitUntil } from '../wait-until.ts';
import { birdSocket } from './bird.ts';
import { type ExpectedDatapath, expectedDatapath } from './expected-datapath.ts';
import { judgeDatapath, type SeenDatapath, type SeenRoute } from './judge-datapath.ts';

/** BGP sessions come up within seconds of the agents; on a slow machine these come late. */
const withinMs = 60_000;
const everyMs = 100;

interface PodOf {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

export interface DatapathCheck {
  /** What was left out and why; empty when everything was looked at. */
  readonly skipped: readonly string[];
}

/**
 * Looks at devices, routes, forwarding entries and BGP sessions of every node, and sends packets of the full size from a check
 * pod on every node to all others and to CoreDNS, on the same node and across nodes; one byte more must not pass.
 *
 * @param podName the check pod of a node, which must still run
 * @throws LabError TIMEOUT or COMMAND_FAILED with the node, what was looked for and what was seen
 */
export async function checkDatapath(
  place: ClusterPlace,
  podName: (node: string) => string,
  update: (seen: string) => void,
): Promise<DatapathCheck> {
  const { topology } = place;
  if (topology.cni.name === 'none') return { skipped: [] };
  const pods = await podsWithAddress(place);
  await waitUntil(
    `the datapath of ${topology.cni.name} ${topology.cni.routes}`.trim(),
    async () => {
      const looks = topology.nodes.map(async ({ name }) =>
        (await lookAtNode(place, name, podName, pods)).map((fault) => `${name}: ${fault}`),
      );
      const faults = (await Promise.all(looks)).flat();
      return { isDone: faults.length === 0, seen: faults.join('; ') };
    },
    { withinMs: withinMs * place.nodes.patience, everyMs, update, signal: place.signal },
  );
  const skip = whyNoPackets(topology);
  if (skip !== '') return { skipped: [skip] };
  const sent = topology.nodes.map(({ name }) => sendPackets(place.node(name), podName(name), topology, pods));
  return { skipped: [...new Set((await Promise.all(sent)).flat())] };
}

async function lookAtNode(
  place: ClusterPlace,
  name: string,
  podName: (node: string) => string,
  pods: readonly PodOf[],
): Promise<readonly string[]> {
  const others = place.topology.nodes.filter((one) => one.name !== name);
  const targets = new Map<string, string>();
  for (const other of others) {
    const pod = pods.find((one) => one.name === podName(other.name));
    if (pod !== undefined) targets.set(other.name, pod.ip);
  }
  const expected = expectedDatapath(place.topology, name);
  return judgeDatapath(expected, await seeDatapath(place.node(name), expected), targets);
}

/** All in one program: each that is started on a node costs more than what it looks at. */
async function seeDatapath(node: Executor, { device, tunnelEnds, birdPeers }: ExpectedDatapath): Promise<SeenDatapath> {
  const socket = birdPeers.length > 0 ? birdSocket : '';
  const said = await runScript(node, seeScript, [tunnelEnds.length > 0 ? device : '', socket]);
  const [links = '', routes = '', entries = '', protocols = ''] = said.split('\n#\n');
  return {
    up: parseList<{ ifname: string; flags: readonly string[] }>(links)
      .filter(({ flags }) => flags.includes('UP'))
      .map(({ ifname }) => ifname),
    routes: parseList<SeenRoute>(routes),
    tunnelEnds: parseList<{ dst?: string }>(entries).flatMap(({ dst }) => dst ?? []),
    sessions: birdSessions(protocols),
  };
}

// Without the device there is no table, and without a daemon no session: that is an answer too.
const seeScript = `
ip -j link; echo; echo '#'
ip -j -4 route; echo; echo '#'
[ -z "$1" ] || bridge -j fdb show dev "$1" 2>/dev/null || true; echo; echo '#'
[ -z "$2" ] || birdc -s "$2" show protocols 2>/dev/null || true
`;

function parseList<T>(json: string): readonly T[] {
  return JSON.parse(json.trim() || '[]');
}

/** `NAME BGP TABLE STATE SINCE INFO`, as BIRD 2 prints protocols; INFO of a session is its state in BGP's words. */
function birdSessions(protocols: string): readonly string[] {
  return protocols.split('\n').flatMap((line) => {
    const [name, kind, , state, , ...info] = line.trim().split(/\s+/);
    return kind === 'BGP' ? [`${name} ${info.join(' ') || state}`] : [];
  });
}

async function podsWithAddress(place: ClusterPlace): Promise<readonly PodOf[]> {
  interface List {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: { readonly nodeName?: string; readonly hostNetwork?: boolean };
      readonly status: { readonly podIP?: string; readonly phase: string };
    }[];
  }
  const path = `/api/v1/namespaces/${checkNamespace}/pods`;
  const { items } = await get<List>(place.node(controlPlaneOf(place.topology)), path);
  return items.flatMap(({ metadata, spec, status }) =>
    status.phase === 'Running' && !spec.hostNetwork && status.podIP !== undefined
      ? [{ name: metadata.name, node: spec.nodeName ?? '', ip: status.podIP }]
      : [],
  );
}

/** A room whose stack file gives pods a larger MTU than the way has teaches just that. */
function whyNoPackets({ cni, kubernetes, nodes }: Topology): string {
  const nics = nodes.flatMap((node) => node.nics).filter(({ network }) => network === kubernetes.advertise);
  const carrier = Math.min(...nics.map(({ mtuBytes }) => mtuBytes));
  const most = carrier - (overheadBytes[cni.routes] ?? 0);
  if (cni.mtuBytes <= most) return '';
  return `packets of the full size: pods have an MTU of ${cni.mtuBytes} by the stack file, and ${most} fit`;
}

/** IPv4 and ICMP headers. */
const headerBytes = 28;

/** @returns what could not be looked at */
async function sendPackets(
  node: Executor,
  pod: string,
  { cni }: Topology,
  pods: readonly PodOf[],
): Promise<readonly string[]> {
  const targets = pods.filter(({ name }) => name !== pod).map(({ ip }) => ip);
  const payload = `${cni.mtuBytes - headerBytes}`;
  const rest = pod.replace(/^podlab-/, '');
  const argv = ['sh', '-euc', packetScript, 'podlab', rest, payload, ...targets] as const;
  const { exitCode, stdout, stderr } = await node.run(argv);
  if (exitCode === skipCode) return [`packets of the full size: ${stdout.trim()}`];
  if (exitCode === 0) return [];
  const said = (stdout || stderr).trim();
  throw new LabError('COMMAND_FAILED', `datapath of ${cni.name} on ${node.name}: ${said}`, {
    hint: 'docs/cni.md says what this CNI needs.',
  });
}

const skipCode = 77;

// The check pod is found by its name, the last argument of its process; brackets and the missing beginning keep this script
// out. The oldest: those that it starts have the same arguments, and are gone in a moment. podlab's nsenter and ping run in the
// pod's network namespace, since the ping of its image can't forbid fragments. One lost packet is no fault: networks of a stack
// may lose some. What is too large never leaves.
const packetScript = `
rest=$1 payload=$2
shift 2
ping -V 2>/dev/null | grep -q iputils || { echo 'no iputils ping on this node'; exit ${skipCode}; }
pid=$(pgrep -of "podlab[-]$rest$") || { echo "looked for a process of podlab-$rest, saw none"; exit 1; }
try() {
  nsenter -t "$pid" -n ping -n -M do -c 1 -W "$1" -s "$2" "$3" 2>&1
}
reach() {
  for attempt in 1 2 3; do
    try 2 "$payload" "$1" >/dev/null && return 0
  done
  echo "looked for an answer of $1 to $((payload + ${headerBytes})) bytes from podlab-$rest, saw none"
  return 1
}
too_long() {
  said=$(try 0.1 $((payload + 1)) "$1") || true
  case $said in *'essage too long'*) return 0 ;; esac
  echo "looked for $((payload + ${headerBytes} + 1)) bytes being too long for podlab-$rest, saw: $said"
  return 1
}
jobs=
for ip; do
  reach "$ip" &
  jobs="$jobs $!"
done
[ $# -eq 0 ] || too_long "$1"
for job in $jobs; do wait "$job"; done
`;
