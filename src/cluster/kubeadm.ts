// Runs kubeadm on nodes: init on the first, join on the others.

import { stringify } from 'yaml';
import { LabError } from '../error.ts';
import type { Executor } from '../host/host.ts';
import type { Topology } from '../topology/topology.ts';
import { type ClusterPlace, clusterAddressOf, controlPlaneOf } from './cluster-place.ts';
import { initDocuments, joinDocument, kubeadmPatchFiles } from './kubeadm-documents.ts';
import { apply } from './kubectl.ts';
import { discoveryKubeconfig, kubeadmConfig, logOf } from './node-paths.ts';
import { podCidrOf } from './pod-cidr.ts';
import { lastLines, runScript, writeFiles } from './run-on-node.ts';

const withinMs = 600_000;

// kubeadm looks for systemd, kernel configuration files and sysctl that a namespace of the machine does not have; what
// podlab needs of them `podlab doctor` has tried. Everything else that it finds stays an error.
export const ignoredPreflight = [
  'SystemVerification',
  'Swap',
  'NumCPU',
  'Mem',
  'Service-Kubelet',
  'FileExisting-crictl',
].join(',');

/** @throws LabError COMMAND_FAILED with the end of kubeadm's and the kubelet's logs */
export async function initialise(place: ClusterPlace): Promise<void> {
  const node = place.node(controlPlaneOf(place.topology));
  await writeFiles(node, new Map([[kubeadmConfig, initDocuments(place)], ...kubeadmPatchFiles(place)]));
  await kubeadm(place, node, ['init', '--config', kubeadmConfig, '--skip-phases', 'show-join-command']);
}

/**
 * Workers join side by side. Their Node objects are made before, each with its block of pod addresses: otherwise whoever
 * registers first gets the first block, and seats would differ.
 */
export async function joinWorkers(place: ClusterPlace, workers: readonly string[]): Promise<void> {
  if (workers.length === 0) return;
  const controlPlane = place.node(controlPlaneOf(place.topology));
  await apply(controlPlane, nodeObjects(place.topology, workers));
  const discovery = await discoveryDocument(place, controlPlane);
  await Promise.all(
    workers.map(async (name) => {
      const node = place.node(name);
      const files = new Map([
        [kubeadmConfig, joinDocument(place, name)],
        [discoveryKubeconfig, discovery],
      ]);
      await writeFiles(node, files);
      await kubeadm(place, node, ['join', '--config', kubeadmConfig]);
    }),
  );
}

/** Node objects as YAML, each with its block of pod addresses. */
export function nodeObjects(topology: Topology, names: readonly string[]): string {
  return names.map((name) => stringify(nodeObject(topology, name))).join('---\n');
}

function nodeObject(topology: Topology, name: string) {
  const block = podCidrOf(topology, name);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { podCIDR: block, podCIDRs: [block] },
    status: { capacity: someRoom, allocatable: someRoom },
  };
}

// Until a kubelet has said what its node really has. One that reads its own Node before that would refuse its first pods
// for good: there is room for none on a Node that says nothing.
const someRoom = { cpu: '1', memory: '1Gi', pods: '110', 'ephemeral-storage': '1Gi' };

async function discoveryDocument({ topology }: ClusterPlace, controlPlane: Executor): Promise<string> {
  const authority = await runScript(controlPlane, 'base64 -w 0 /etc/kubernetes/pki/ca.crt');
  return discoveryKubeconfigOf(topology, authority);
}

/** A kubeconfig that knows the API server and whom to trust, and no user. @param authority its certificate, base64 */
export function discoveryKubeconfigOf(topology: Topology, authority: string): string {
  const address = clusterAddressOf(topology, controlPlaneOf(topology));
  const server = `https://${address}:${topology.kubernetes.apiPort}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: '', cluster: { server, 'certificate-authority-data': authority } }],
  });
}

async function kubeadm({ topology }: ClusterPlace, node: Executor, words: readonly string[]): Promise<void> {
  const log = logOf('kubeadm');
  const args = ['--ignore-preflight-errors', ignoredPreflight];
  const { exitCode, timedOut } = await node.run(['sh', '-uc', kubeadmScript, 'podlab', log, ...words, ...args], {
    timeoutMs: withinMs,
  });
  if (exitCode === 0) return;
  const tail = async (file: string) => lastLines((await node.run(['tail', '-n', '15', file])).stdout, 15);
  const message = `kubeadm ${words[0]} on ${node.name} ${timedOut ? `has no end after ${withinMs / 1000} s` : 'failed'}`;
  throw new LabError(
    timedOut ? 'TIMEOUT' : 'COMMAND_FAILED',
    `${message}:\n${await tail(log)}\n--- the kubelet:\n${await tail(logOf('kubelet'))}`,
    { hint: `"podlab logs ${topology.stack}" shows the whole logs.` },
  );
}

/**
 * A function of the shell that runs kubeadm with its arguments and adds what it says to the file `$log`. kubeadm says its
 * token, and colours some of what it says; logs are for reading and passing on.
 *
 * @param before what stands before kubeadm, such as `timeout 900`
 */
export function kubeadmLogged(before = ''): string {
  return `kubeadm_logged() (
  umask 077
  ${before} kubeadm "$@" >>"$log" 2>&1
  code=$?
  sed -i -E 's/\\b[a-z0-9]{6}\\.[a-z0-9]{16}\\b/TOKEN/g; s/\\x1b\\[[0-9;]*m//g' "$log"
  exit $code
)
`;
}

const kubeadmScript = `log=$1
shift
${kubeadmLogged()}kubeadm_logged "$@"
`;
