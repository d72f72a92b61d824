// k8s.pod_cidr: the range of pod addresses, and each node's share of it.

import * as v from 'valibot';
import { cidrSize, containsAddress, formatCidr, nthAddress, parseCidr } from '../net/cidr.ts';
import { formatIp, parseIp } from '../net/ipv4.ts';
import { ipv4, objectName } from './args.ts';
import { componentFlag } from './control-plane.ts';
import { hasOwnNetwork, podFacts } from './pods.ts';
import { defineProbe } from './probe.ts';

export const k8sPodCidr = defineProbe({
  name: 'k8s.pod_cidr',
  summary: 'Which addresses do pods get, which block has each node, and which node owns an address?',
  runs: [
    'GET /api/v1/nodes (spec.podCIDR)',
    'GET /api/v1/namespaces/kube-system/pods?labelSelector=component=kube-controller-manager (--cluster-cidr)',
    'GET /api/v1/pods',
  ],
  take: 'cidr',
  args: v.strictObject({
    node: v.optional(objectName('Node that `cidr`, `first`, `size` and `pods_…` are about; all nodes if absent.')),
    ip: v.optional(ipv4('Address whose node is wanted.')),
  }),
  returns: {
    subnet: "podSubnet, the range of all nodes together, from the controller manager's flag; empty when it has none",
    blocks: 'for each node with a block: node, cidr; sorted by node',
    cidr: 'block of the node `node`; without `node`, of the first; empty when it has none',
    first: 'first address of that block that a pod can have, by habit the bridge; empty without a block',
    size: 'number of addresses in that block; 0 without one',
    block_count: 'how many blocks of this size the subnet has, so how many nodes; 0 when one of the two is not known',
    owner: 'name of the node whose block contains `ip`, or empty',
    pods_inside: 'number of pods of `node` (or of all nodes) with an address of their own from its block',
    pods_outside: 'number of pods with an address of their own from elsewhere: the CNI hands out addresses by itself',
  },
  async observe(context, { node, ip }) {
    const api = await context.cluster();
    const [nodes, pods, subnet] = await Promise.all([
      api.core.listNode(),
      api.core.listPodForAllNamespaces(),
      componentFlag(api, 'kube-controller-manager', 'cluster-cidr'),
    ]);
    const blocks = nodes.items
      .map(({ metadata, spec }) => ({ node: metadata?.name ?? '', cidr: spec?.podCIDR ?? '' }))
      .filter(({ cidr }) => cidr !== '')
      .sort((a, b) => (a.node < b.node ? -1 : 1));
    const asked = parseCidr(
      (node === undefined ? blocks[0] : blocks.find((one) => one.node === node))?.cidr ?? '',
    ).cidr;
    const whole = parseCidr(subnet).cidr;
    const own = pods.items
      .map(podFacts)
      .filter((pod) => hasOwnNetwork(pod) && (node === undefined || pod.node === node));
    const inside = own.filter((pod) => isInside(pod.ip, blocks.find((one) => one.node === pod.node)?.cidr ?? ''));
    return {
      subnet,
      blocks,
      cidr: asked === undefined ? '' : formatCidr(asked),
      first: asked === undefined || asked.prefix > 30 ? '' : formatIp(nthAddress(asked, 1)),
      size: asked === undefined ? 0 : cidrSize(asked),
      block_count: asked === undefined || whole === undefined ? 0 : 2 ** (asked.prefix - whole.prefix),
      owner: blocks.find(({ cidr }) => isInside(ip ?? '', cidr))?.node ?? '',
      pods_inside: inside.length,
      pods_outside: own.length - inside.length,
    };
  },
});

function isInside(ip: string, block: string): boolean {
  const [address, { cidr }] = [parseIp(ip), parseCidr(block)];
  return address !== undefined && cidr !== undefined && containsAddress(cidr, address);
}
