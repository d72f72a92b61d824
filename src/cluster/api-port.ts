// Waiting for the API server's port without asking the API server.

import { type ClusterPlace, clusterAddressOf, controlPlaneOf } from './cluster-place.ts';
import { runOnNode } from './run-on-node.ts';

const withinSeconds = 300;
const everySeconds = 0.05;

/**
 * A question by kubectl takes 50 ms of a processor, also when nobody answers: asking again and again takes away what the API
 * server needs to start. Whether it is ready, and not only listening, is for others to find out.
 *
 * @throws LabError COMMAND_FAILED, TIMEOUT
 */
export async function waitForApiPort({ topology, node }: ClusterPlace): Promise<void> {
  const controlPlane = controlPlaneOf(topology);
  const address = `TCP:${clusterAddressOf(topology, controlPlane)}:${topology.kubernetes.apiPort}`;
  const retry = `retry=${withinSeconds / everySeconds},interval=${everySeconds}`;
  await runOnNode(node(controlPlane), ['socat', '-u', 'OPEN:/dev/null', `${address},${retry}`], {
    timeoutMs: withinSeconds * 2000,
  });
}
