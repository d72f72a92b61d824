// A room with the bench's pods in it: where clients and servers are, and one measurement of every way.

import { apply, waitFor } from '../cluster/kubectl.ts';
import { LabError } from '../error.ts';
import { generateLoad } from '../probe/load-generator.ts';
import { attempt, type NetView, output, requireNetns } from '../probe/net-view.ts';
import { podView } from '../probe/pod-view.ts';
import type { ProbeContext } from '../probe/probe.ts';
import { addressOfTarget } from '../probe/targets.ts';
import { benchManifest, hostIperfPort, hostWebPort, iperfPort, podNames, serviceName, webPort } from './bench-pods.ts';
import { type Measures, rateConnections, type Way, ways } from './cni-measures.ts';
import { measureThroughput, startIperfServer } from './iperf.ts';

interface Path {
  readonly client: NetView;
  readonly address: string;
  readonly webPort: number;
  readonly iperfPort: number;
}

export type BenchRoom = Readonly<Record<Way, Path>>;

const readyWithinSeconds = 120;

/** Makes the pods and the servers, and asks each once, so that no measurement pays for what is needed only once. */
export async function openBenchRoom(context: ProbeContext): Promise<BenchRoom> {
  const [first, second] = context.topology.nodes.map(({ name }) => name);
  if (first === undefined || second === undefined) throw new Error('a room for the bench has two nodes');
  const node = context.node(first);
  await apply(node, benchManifest(await agnhostOn(context, first), first, second));
  const names = Object.values(podNames).map((name) => `pod/${name}`);
  await waitFor(node, ['wait', '--for=condition=Ready', ...names], readyWithinSeconds);
  await waitFor(
    node,
    [
      'wait',
      `--for=jsonpath={.endpoints[0].conditions.ready}=true`,
      'endpointslices',
      '--selector',
      `kubernetes.io/service-name=${serviceName}`,
    ],
    readyWithinSeconds,
  );

  const view = async (name: string) => {
    const found = await podView(context, name);
    requireNetns(found);
    return found;
  };
  const client = await view(podNames.client);
  for (const name of [podNames.near, podNames.far]) await startIperfServer(await view(name), iperfPort);
  await startIperfServer(await view(podNames.host), hostIperfPort);
  const way = async (target: string): Promise<Path> => ({
    client,
    address: await addressOfTarget(context, target),
    webPort,
    iperfPort,
  });
  const room: BenchRoom = {
    'same-node': await way(`pod/${podNames.near}`),
    across: await way(`pod/${podNames.far}`),
    service: await way(`service/${serviceName}`),
    host: {
      client: { executor: node, netns: '', exists: true },
      address: await addressOfTarget(context, `pod/${podNames.host}`),
      webPort: hostWebPort,
      iperfPort: hostIperfPort,
    },
  };
  for (const name of ways) await answers(room[name]);
  return room;
}

/** @param seconds how long each of the four measurements of a way takes */
export async function measureWay(
  { client, address, webPort: port, iperfPort: throughputPort }: Path,
  seconds: number,
): Promise<Measures> {
  const url = `http://${address}:${port}/`;
  const throughput = { address, port: throughputPort, seconds };
  const tcp = await measureThroughput(client, { ...throughput, protocol: 'tcp' });
  const udp = await measureThroughput(client, { ...throughput, protocol: 'udp' });
  const many = await generateLoad(client, { url, seconds, connections: rateConnections });
  const one = await generateLoad(client, { url, seconds, connections: 1 });
  const errors = many.errors + one.errors;
  if (errors > (many.requestsPerSecond + one.requestsPerSecond) * seconds * 0.01) {
    throw new LabError('PROBE_FAILED', `${client.executor.name}: ${errors} requests to ${url} failed`);
  }
  const microseconds = { p50: one.p50Ms * 1000, p90: one.p90Ms * 1000, p99: one.p99Ms * 1000 };
  return { tcp, udp, rate: many.requestsPerSecond, ...microseconds };
}

/** kube-proxy's rules for a new Service come a moment after its endpoints. */
async function answers({ client, address, webPort: port }: Path): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    try {
      await generateLoad(client, { url: `http://${address}:${port}/`, seconds: 1, connections: 1 });
      return;
    } catch (error) {
      if (attempts === 10) throw error;
      await attempt(client.executor, ['sleep', '1']);
    }
  }
}

async function agnhostOn(context: ProbeContext, node: string): Promise<string> {
  const list = await output(context.node(node), ['ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet']);
  const image = list.split('\n').find((name) => /\/agnhost:/.test(name));
  if (image !== undefined) return image;
  throw new LabError('NOT_FOUND', `${node} has no image agnhost`, { hint: 'Run "podlab toolchain --verify".' });
}
