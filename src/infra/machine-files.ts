// What a machine of a cluster finds at its first boot: documents for kubeadm, containerd and the CNI.

import { type ClusterPlan, controlPlaneOf } from '../cluster/cluster-place.ts';
import type { CniPlan } from '../cluster/cni/cni-plan.ts';
import { initDocuments, joinDocument, kubeadmPatchFiles } from '../cluster/kubeadm-documents.ts';
import { nodeFiles } from '../cluster/node-files.ts';
import { kubeadmConfig, podlabEtc } from '../cluster/node-paths.ts';
import { podCidrOf } from '../cluster/pod-cidr.ts';
import { networkScript, networkUnit } from './peers-script.ts';

/** What the cluster was made as. */
const madeAs = `${podlabEtc}/made-as.json`;

/**
 * A cluster can't be changed into another one. All that it is made of is here, so that a change of it makes a new machine; nothing of
 * other nodes is, so that their coming and going does not.
 */
export function machineFiles(plan: ClusterPlan, cni: CniPlan, node: string): ReadonlyMap<string, string> {
  const { topology } = plan;
  const isFirst = node === controlPlaneOf(topology);
  const made = { kubernetes: topology.kubernetes, cni: topology.cni, pods: podCidrOf(topology, node) };
  return new Map([
    ...nodeFiles(plan, node),
    ...[...cni.filesOn(node)].filter(([path]) => !cni.peerFiles.includes(path)),
    [`/etc/systemd/system/${networkUnit}`, unit],
    [kubeadmConfig, isFirst ? initDocuments(plan) : joinDocument(plan, node)],
    ...(isFirst ? kubeadmPatchFiles(plan) : []),
    [madeAs, `${JSON.stringify(made, undefined, 2)}\n`],
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
