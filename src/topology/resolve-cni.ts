// The CNI block of a stack file, with its defaults.

import { checkCni, overheadBytes } from './check-cni.ts';
import { nearest } from './nearest.ts';
import type { Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import type { NodeDraft } from './resolve-nodes.ts';
import type { Cni, CniName, Kubernetes } from './topology.ts';

/** The legal values of routes; the first is the default. */
export const cniRoutes: Readonly<Record<CniName, readonly string[]>> = {
  none: [''],
  bridge: ['host-gw', 'vxlan', 'bgp'],
  flannel: ['vxlan', 'host-gw'],
  'kube-router': ['bgp'],
  calico: ['bgp', 'vxlan', 'ipip'],
  weave: ['fastdp', 'sleeve'],
};

/** The first of the AS numbers for private use (RFC 6996), which kube-router and Calico use too. */
const defaultAs = 64_512;

export function resolveCni(
  raw: RawStack,
  kubernetes: Kubernetes,
  nodes: readonly NodeDraft[],
  problems: Problems,
): Cni {
  const written = raw.settings['podlab:cni'] ?? {};
  const name = written.name ?? 'none';
  const legal = cniRoutes[name];
  const routes = written.routes ?? legal[0] ?? '';
  // A name that was written and left out was reported; what fits `none` says nothing about it.
  const isNameKnown = !raw.isLeftOut(['config', 'podlab:cni', 'name']);
  if (isNameKnown && !legal.includes(routes)) {
    const wanted = nearest(routes, legal) ?? `one of ${legal.join(', ')}`;
    const hint = name === 'none' ? 'Remove routes, or set a name.' : `Write ${wanted}.`;
    problems.error(['config', 'podlab:cni', 'routes'], `cni ${name} has no routes "${routes}"`, hint);
  }
  const carrierMtu = carrierMtuOf(kubernetes, nodes);
  const cni: Cni = {
    name,
    routes,
    mtuBytes: written.mtu ?? carrierMtu - (overheadBytes[routes] ?? 0),
    as: routes === 'bgp' ? (written.as ?? defaultAs) : 0,
    serviceProxy: written.serviceProxy ?? false,
    manifest: written.manifest ?? '',
    registry: written.registry ?? '',
  };
  if (isNameKnown && legal.includes(routes)) checkCni(raw, { cni, kubernetes, nodes, carrierMtu }, problems);
  return cni;
}

/** The largest packet that every node takes on the network of the cluster. */
function carrierMtuOf({ advertise }: Kubernetes, nodes: readonly NodeDraft[]): number {
  const nics = nodes.flatMap((node) => node.nics).filter(({ network }) => network === advertise);
  return nics.length === 0 ? 1500 : Math.min(...nics.map(({ mtuBytes }) => mtuBytes));
}
