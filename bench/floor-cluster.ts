// The files that floor-cluster.sh reads: what podlab would give its own nodes, so that both make the same cluster.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { checkPods } from '../src/cluster/check-pods.ts';
import { type ClusterPlace, clusterAddressOf, controlPlaneOf } from '../src/cluster/cluster-place.ts';
import { planBridge } from '../src/cluster/cni/bridge.ts';
import { initDocuments, joinDocument, kubeadmPatchFiles } from '../src/cluster/kubeadm-documents.ts';
import { nodeFiles } from '../src/cluster/node-files.ts';
import { kubeadmConfig } from '../src/cluster/node-paths.ts';
import type { ImageStore, Toolchain } from '../src/toolchain/toolchain.ts';
import type { Node, Topology } from '../src/topology/topology.ts';

export const floorScript = fileURLToPath(new URL('./floor-cluster.sh', import.meta.url));

/** @param dir a directory of its own, which keeps the nodes' data too */
export function writeFloor(dir: string, topology: Topology, toolchain: Toolchain, store: ImageStore): void {
  const group = `/podlab-floor-${process.pid}`;
  const place: ClusterPlace = {
    topology,
    toolchain,
    node: nothingRuns,
    connect: nothingRuns,
    nodes: { cgroupDriver: 'cgroupfs', cgroupOf: (node) => `${group}/${node}`, patience: 1 },
    signal: new AbortController().signal,
    bootstrapToken: 'abcdef.0123456789abcdef',
  };
  const cni = planBridge(topology);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  write('settings', `STORE=${store.dir}\nBIN=${toolchain.bin}\nGROUP=${group}\n`);
  write(
    'networks',
    lines(
      topology.networks.map((one) => `${one.name} ${one.gateway}/${prefixOf(one.cidr)} ${ifaceOn(topology, one.name)}`),
    ),
  );
  const checks = checkPods(place, 'unused', 'floor').map(({ object }) => stringify(object));
  write('check.yaml', checks.join('---\n'));
  write('discovery.conf', discovery(topology));
  for (const node of topology.nodes) {
    const commands = cni.commandsOn(node.name);
    const routes = commands.filter(({ run }) => run[0] === 'ip').map(({ run }) => run.slice(1).join(' '));
    write(`${node.name}.ip`, lines([...addresses(node), ...routes]));
    write(`${node.name}.nft`, commands.map(({ input }) => input).join(''));
    const isFirst = node.name === controlPlaneOf(topology);
    const files = new Map([
      ...nodeFiles(place, node.name),
      ...cni.filesOn(node.name),
      ...(isFirst ? kubeadmPatchFiles(place) : []),
      [kubeadmConfig, isFirst ? initDocuments(place) : joinDocument(place, node.name)],
      ['/etc/hosts', hosts(topology)],
      ['/etc/resolv.conf', 'options timeout:1 attempts:1\n'],
    ]);
    for (const [path, text] of files) write(`files/${node.name}${path}`, text);
  }
}

function nothingRuns(): never {
  throw new Error('nothing runs here');
}

function addresses({ nics, defaultGateway }: Node): readonly string[] {
  return [
    'link set lo up',
    ...nics.flatMap(({ iface, ip, prefix }) => [`addr add ${ip}/${prefix} dev ${iface}`, `link set ${iface} up`]),
    ...(defaultGateway === '' ? [] : [`route add default via ${defaultGateway}`]),
  ];
}

function hosts(topology: Topology): string {
  const names = topology.nodes.map(({ name }) => `${clusterAddressOf(topology, name)} ${name}`);
  return lines(['127.0.0.1 localhost', ...names]);
}

function discovery(topology: Topology): string {
  const server = `https://${clusterAddressOf(topology, controlPlaneOf(topology))}:${topology.kubernetes.apiPort}`;
  return `apiVersion: v1
kind: Config
clusters: [{ name: '', cluster: { server: '${server}', certificate-authority-data: CA_DATA } }]
`;
}

function ifaceOn({ nodes }: Topology, network: string): string {
  return nodes[0]?.nics.find((nic) => nic.network === network)?.iface ?? '';
}

function prefixOf(cidr: string): string {
  return cidr.split('/')[1] ?? '';
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
