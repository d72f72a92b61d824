// k8s.service_cidr: the range of ClusterIPs as the running API server has it.

import * as v from 'valibot';
import type { ClusterApi } from '../cluster/api/cluster-api.ts';
import { LabError } from '../error.ts';
import {
  allocatableCount,
  type Cidr,
  cidrSize,
  containsAddress,
  formatCidr,
  lastAddress,
  parseCidr,
} from '../net/cidr.ts';
import { formatIp, parseIp } from '../net/ipv4.ts';
import { ipv4 } from './args.ts';
import { componentFlag } from './control-plane.ts';
import { defineProbe } from './probe.ts';

export const k8sServiceCidr = defineProbe({
  name: 'k8s.service_cidr',
  summary: 'From which range do Services get their ClusterIP, how many are there, how many are taken?',
  runs: [
    'GET /apis/networking.k8s.io/v1/servicecidrs',
    'GET /api/v1/namespaces/kube-system/pods?labelSelector=component=kube-apiserver (--service-cluster-ip-range, where there are no such objects)',
    'GET /api/v1/services',
  ],
  take: 'cidr',
  args: v.strictObject({ ip: v.optional(ipv4('Address for `contains`, `allocatable_ip` and `owner`.')) }),
  returns: {
    cidr: 'the first IPv4 range',
    cidrs: 'all IPv4 ranges',
    source: 'where that was read: `ServiceCIDR` (objects of the API) or `flag` (of the API server)',
    network: 'first address of the range',
    broadcast: 'last address of the range',
    first: 'first address that a Service can have',
    last: 'last address that a Service can have',
    size: 'number of addresses in the range',
    allocatable: 'number of those that can become a ClusterIP: without the first and the last',
    in_use: 'number of Services that have a ClusterIP from the range',
    free: 'allocatable minus in_use',
    kubernetes_ip: 'ClusterIP of the Service `kubernetes`, the API server: the first of the range',
    dns_ip: 'ClusterIP of the Service `kube-dns`, or empty',
    contains: '`ip` lies in the range; false without `ip`',
    allocatable_ip: '`ip` could be given to a Service: in the range, and neither first nor last',
    owner: 'Service with the ClusterIP `ip`, as NAMESPACE/NAME, or empty',
    last_owner: 'Service with the ClusterIP `last`, or empty',
  },
  async observe(context, { ip }) {
    const api = await context.cluster();
    const [{ cidrs, source }, services] = await Promise.all([rangesOf(api), api.core.listServiceForAllNamespaces()]);
    const [cidr] = cidrs;
    if (cidr === undefined) throw new LabError('PROBE_FAILED', `the API server tells no IPv4 range of Services`);
    const used = services.items.flatMap(({ metadata, spec }) => {
      const name = `${metadata?.namespace}/${metadata?.name}`;
      return (spec?.clusterIPs ?? []).map((clusterIp) => ({ name, ip: clusterIp }));
    });
    const taken = used.filter((one) => contains(cidr, one.ip));
    const ipOf = (name: string) => used.find((one) => one.name === name)?.ip ?? '';
    const isContained = ip !== undefined && contains(cidr, ip);
    const ownerOf = (clusterIp: string | undefined) => used.find((one) => one.ip === clusterIp)?.name ?? '';
    const [network, broadcast] = [formatIp(cidr.base), formatIp(lastAddress(cidr))];
    const last = formatIp(lastAddress(cidr) - 1);
    return {
      cidr: formatCidr(cidr),
      cidrs: cidrs.map(formatCidr),
      source,
      network,
      broadcast,
      first: formatIp(cidr.base + 1),
      last,
      size: cidrSize(cidr),
      allocatable: allocatableCount(cidr),
      in_use: taken.length,
      free: allocatableCount(cidr) - taken.length,
      kubernetes_ip: ipOf('default/kubernetes'),
      dns_ip: ipOf('kube-system/kube-dns'),
      contains: isContained,
      allocatable_ip: isContained && ip !== network && ip !== broadcast,
      owner: ownerOf(ip),
      last_owner: ownerOf(last),
    };
  },
});

async function rangesOf(api: ClusterApi): Promise<{ cidrs: Cidr[]; source: string }> {
  // Objects since 1.33; an API server before that has only its flag.
  const objects = await api.networking.listServiceCIDR().catch((error: unknown) => {
    if (error instanceof LabError && error.code === 'NOT_FOUND') return { items: [] };
    throw error;
  });
  const cidrs = ipv4Only(objects.items.flatMap(({ spec }) => spec?.cidrs ?? []));
  if (cidrs.length > 0) return { cidrs, source: 'ServiceCIDR' };
  const flag = await componentFlag(api, 'kube-apiserver', 'service-cluster-ip-range');
  return { cidrs: ipv4Only(flag.split(',')), source: 'flag' };
}

function ipv4Only(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text).cidr ?? []);
}

function contains(cidr: Cidr, ip: string): boolean {
  const address = parseIp(ip);
  return address !== undefined && containsAddress(cidr, address);
}
