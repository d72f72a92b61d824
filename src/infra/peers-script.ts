// What a machine has to know of the others of its room, as a script: run when it is up, and again when there are others.

import type { CniPlan, NodeCommand } from '../cluster/cni/cni-plan.ts';
import { podlabEtc } from '../cluster/node-paths.ts';
import { quoteCommand } from '../host/run.ts';
import { renderHosts } from '../topology/hosts-file.ts';
import type { Topology } from '../topology/topology.ts';

/** What the CNI has run on the node, at every boot too. */
export const networkScript = `${podlabEtc}/network.sh`;
export const networkUnit = 'podlab-network.service';

/** Takes back what that script has done for other nodes, a line each. */
const undoScript = `${podlabEtc}/network-undo.sh`;

/** @param cni undefined for a room without a cluster */
export function peersScript(topology: Topology, node: string, cni: CniPlan | undefined): string {
  const hosts = writing('/etc/hosts', renderHosts(topology, false));
  if (cni === undefined) return `${head}${hosts}`;
  const commands = cni.commandsOn(node);
  const files = [
    ...[...cni.filesOn(node)].filter(([path]) => cni.peerFiles.includes(path)),
    [networkScript, commands.map(lineOf).join('')],
    [`${undoScript}.new`, commands.map(undoOf).join('')],
  ] as const;
  return `${head}${hosts}${files.map(([path, text]) => writing(path, text)).join('')}${begin}`;
}

// What is there keeps its mode; what is new is root's alone.
const head = 'set -eu\numask 077\n';

function writing(path: string, text: string): string {
  return `cat >${path} ${hereDocument(text)}`;
}

/** Each program gets its input from a here-document. */
function lineOf({ run, input }: NodeCommand): string {
  return input === '' ? `${quoteCommand(run)}\n` : `${quoteCommand(run)} ${hereDocument(`${input.trimEnd()}\n`)}`;
}

/** @param text ends with the end of a line, unless there is none */
function hereDocument(text: string): string {
  const end = text.includes('\nPODLAB\n') ? 'PODLAB_END' : 'PODLAB';
  return `<<'${end}'\n${text}${end}\n`;
}

function undoOf({ undo }: NodeCommand): string {
  return undo === undefined ? '' : `${quoteCommand(undo)}\n`;
}

// Only what nobody needs any more is taken back: what stays is not touched, not even for a moment. The unit is not started again
// when it has run, because that would end a daemon that it has started.
const begin = `touch ${undoScript}
grep -vxFf ${undoScript}.new ${undoScript} | sh 2>/dev/null || true
mv ${undoScript}.new ${undoScript}
if systemctl is-active --quiet ${networkUnit}; then
  sh -eu ${networkScript} >/dev/null
else
  systemctl enable --quiet --now ${networkUnit} || { journalctl --quiet --no-pager --lines 15 --unit ${networkUnit} >&2; exit 1; }
fi
`;
