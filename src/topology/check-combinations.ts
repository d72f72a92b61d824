// Settings that are right by themselves and can't work together, or do nothing.

import type { Path, Problems } from './problems.ts';
import type { RawNodeSettings, RawStack } from './raw-stack.ts';
import type { NetworkDraft } from './resolve-networks.ts';

const at = (...path: Path): Path => ['config', ...path];

export function checkCombinations(raw: RawStack, networks: readonly NetworkDraft[], problems: Problems): void {
  const { settings } = raw;
  // What was written but left out has been reported; its default would only lead to a second, wrong complaint.
  if (raw.isLeftOut(at('podlab:driver')) || raw.isLeftOut(at('podlab:engine'))) return;
  const driver = settings['podlab:driver'] ?? 'sandbox';
  const engine = settings['podlab:engine'] ?? 'none';

  if ((driver === 'minikube' || driver === 'existing') && engine !== 'kubernetes') {
    const what = driver === 'minikube' ? 'always makes a Kubernetes cluster' : 'is for clusters that exist already';
    const place = settings['podlab:engine'] === undefined ? at('podlab:driver') : at('podlab:engine');
    problems.error(place, `driver ${driver} ${what}, and the engine is ${engine}`, 'Write podlab:engine: kubernetes.');
  }
  const cni = settings['podlab:cni']?.name ?? 'none';
  if (cni !== 'none' && engine !== 'kubernetes') {
    const message = `cni ${cni} is not used, because the engine is ${engine}`;
    problems.warning(at('podlab:cni', 'name'), message, 'Write podlab:engine: kubernetes, or remove podlab:cni.');
  }
  if (String(settings['podlab:uplink']) === 'true') {
    if (driver !== 'sandbox') {
      const message = `uplink is not used: NAT networks of driver ${driver} always reach the outside`;
      problems.warning(at('podlab:uplink'), message, 'Remove podlab:uplink.');
    } else if (networks.every(({ mode }) => mode !== 'nat')) {
      const message = 'uplink is not used, because no network has the mode nat';
      problems.warning(at('podlab:uplink'), message, 'Remove podlab:uplink, or give a network the mode nat.');
    }
  }
  if (driver === 'libvirt') checkWholeCpus(settings['podlab:nodes'] ?? [], problems);
}

function checkWholeCpus(nodes: readonly (RawNodeSettings | undefined)[] | RawNodeSettings, problems: Problems): void {
  const isList = Array.isArray(nodes);
  for (const [n, node] of (isList ? nodes : [nodes]).entries()) {
    if (node?.cpus === undefined || Number.isInteger(node.cpus)) continue;
    const path = isList ? at('podlab:nodes', n, 'cpus') : at('podlab:nodes', 'cpus');
    const message = `a virtual machine can't have ${node.cpus} CPUs`;
    problems.error(path, message, `Write cpus: ${Math.ceil(node.cpus)}.`);
  }
}
