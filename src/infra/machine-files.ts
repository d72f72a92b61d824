// What a machine of a cluster finds at its first boot: documents for kubeadm, containerd and the CNI.

import { type ClusterPlan, controlPlaneOf, workersOf } from '../cluster/cluster-place.ts';
import type { CniPlan, NodeCommand } from '../cluster/cni/cni-plan.ts';
import { nodeObjects } from '../cluster/kubeadm.ts';
import { initDocuments, joinDocument, kubeadmPatchFiles } from '../cluster/kubeadm-documents.ts';
import { nodeFiles } from '../cluster/node-files.ts';
import { kubeadmConfig, podlabEtc } from '../cluster/node-paths.ts';

/** Node objects of the workers, applied before they join: on the control plane. */
export const workersFile = `${podlabEtc}/workers.yaml`;

/** What the CNI has run on the node, at every boot. */
export const networkScript = `${podlabEtc}/network.sh`;
export const networkUnit = 'podlab-network.service';

/** What the cluster was made as. */
const madeAs = `${podlabEtc}/made-as.json`;

/**
 * A cluster can't be changed into another one. All that it is made of is here, so that a change of it makes a new machine.
 */
export function machineFiles(plan: ClusterPlan, cni: CniPlan, node: string): ReadonlyMap<string, string> {
  const { topology } = plan;
  const isFirst = node === controlPlaneOf(topology);
  return new Map([
    ...nodeFiles(plan, node),
    ...cni.filesOn(node),
    [networkScript, scriptOf(cni.commandsOn(node))],
    [`/etc/systemd/system/${networkUnit}`, unit],
    [kubeadmConfig, isFirst ? initDocuments(plan) : joinDocument(plan, node)],
    ...(isFirst
      ? [...kubeadmPatchFiles(plan), [workersFile, nodeObjects(topology, workersOf(topology))] as const]
      : []),
    [madeAs, `${JSON.stringify({ kubernetes: topology.kubernetes, cni: topology.cni }, undefined, 2)}\n`],
  ]);
}

const unit = `[Unit]
Description=What the network of the pods needs of this node
Wants=network-online.target
After=network-online.target
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -eu ${networkScript}

[Install]
WantedBy=multi-user.target
`;

/** A shell script; each program gets its input from a here-document. */
function scriptOf(commands: readonly NodeCommand[]): string {
  const lines = commands.map(({ run, input }) => {
    const command = run.map(quoted).join(' ');
    return input === '' ? `${command}\n` : `${command} <<'PODLAB'\n${input.trimEnd()}\nPODLAB\n`;
  });
  return lines.join('');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
