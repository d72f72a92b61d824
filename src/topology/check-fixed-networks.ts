// What nobody can do to networks that are not podlab's own: those of minikube, and those that are there already.

import type { Path, Problems } from './problems.ts';
import type { RawImpairment, RawNetwork, RawNic, RawNodeSettings, RawStack } from './raw-stack.ts';

const impairments = ['delay', 'jitter', 'loss', 'rate'] as const satisfies readonly (keyof RawImpairment)[];

export function checkFixedNetworks({ settings }: RawStack, problems: Problems): void {
  const driver = settings['podlab:driver'];
  if (driver !== 'minikube' && driver !== 'existing') return;
  // The MTU of a network that is there can be written down; minikube has none to set.
  const keys = driver === 'minikube' ? ([...impairments, 'mtu'] as const) : impairments;
  const refuse = (written: RawNetwork | RawNic, path: Path) => {
    for (const key of keys) {
      if (written[key] === undefined) continue;
      const message = `${key} can't be set on a network of driver ${driver}`;
      problems.error([...path, key], message, `Remove ${key}, or write podlab:driver: sandbox.`, 'key');
    }
  };
  for (const [name, network] of Object.entries(settings['podlab:networks'] ?? {})) {
    if (network !== undefined) refuse(network, ['config', 'podlab:networks', name]);
  }
  for (const { nic, path } of writtenNics(settings['podlab:nodes'] ?? [])) refuse(nic, path);
}

function writtenNics(nodes: readonly (RawNodeSettings | undefined)[] | RawNodeSettings) {
  const isList = Array.isArray(nodes);
  const list: readonly (RawNodeSettings | undefined)[] = isList ? nodes : [nodes as RawNodeSettings];
  return list.flatMap((node, n) => {
    const base: Path = ['config', 'podlab:nodes', ...(isList ? [n] : []), 'networks'];
    return (node?.networks ?? []).flatMap((nic, k) => (typeof nic === 'object' ? [{ nic, path: [...base, k] }] : []));
  });
}
