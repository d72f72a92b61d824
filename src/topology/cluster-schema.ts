// The part of the stack file that is about the cluster: what the linter accepts, what editors complete.

import * as v from 'valibot';
import { booleanPhrase, described, mtu, oneOf, pattern, text, whole } from './schema-parts.ts';
import { asModels, cniNames, proxyModes } from './topology.ts';

const registryPhrase = 'a registry such as registry.example:5000/mirror';
const asPhrase = `an AS number from 1 to 4294967295, or one of ${asModels.join(', ')}`;

export const kubernetes = v.strictObject(
  {
    version: v.optional(
      described(
        pattern('a version such as v1.36.3', /^v\d{1,3}\.\d{1,3}\.\d{1,3}$/),
        'Version of Kubernetes, with all three numbers.',
      ),
      'v1.36.3',
    ),
    podSubnet: v.optional(
      described(text('an IPv4 network such as 10.244.0.0/16'), 'Where pods get their addresses.'),
      '10.244.0.0/16',
    ),
    serviceSubnet: v.optional(
      described(text('an IPv4 network such as 10.96.0.0/12'), 'Where Services get their ClusterIPs; /12 to /28.'),
      '10.96.0.0/12',
    ),
    nodePrefix: v.optional(
      described(
        whole('a whole number from 9 to 28', 9, 28),
        'Prefix length of the part of podSubnet that each node gets; at most 16 more than that of podSubnet.',
      ),
      24,
    ),
    proxyMode: v.optional(
      described(oneOf(proxyModes), 'How kube-proxy does its work; none leaves it out.'),
      'iptables',
    ),
    advertise: v.optional(
      described(
        text('the name of a network'),
        'The network whose addresses the API server and the kubelets use. Without it, the first isolated network, else ' +
          'the first network.',
      ),
    ),
    apiPort: v.optional(described(whole('a port from 1 to 65535', 1, 65_535), 'TCP port of the API server.'), 6443),
  },
  'a map such as { podSubnet: 10.244.0.0/16 }',
);

const fileName = (what: string) => v.pipe(text(what), v.minLength(1, what));

export const cni = v.strictObject(
  {
    name: v.optional(described(oneOf(cniNames), 'The CNI plugin.'), 'none'),
    routes: v.optional(
      described(
        text('the name of a datapath such as vxlan'),
        'How pod packets cross nodes. bridge: host-gw, vxlan, bgp. flannel: vxlan, host-gw. kube-router: bgp. ' +
          'calico: bgp, vxlan, ipip. weave: fastdp, sleeve. Without it, the first of these.',
      ),
    ),
    mtu: v.optional(
      described(
        mtu,
        'MTU inside pods. Without it, the MTU of the advertise network less what the datapath adds: vxlan 50, ipip 20, ' +
          'weave 124.',
      ),
    ),
    as: v.optional(
      described(
        v.union(
          [
            v.pipe(
              v.number(asPhrase),
              v.integer(asPhrase),
              v.minValue(1, asPhrase),
              v.maxValue(4_294_967_295, asPhrase),
            ),
            v.picklist(asModels, asPhrase),
          ],
          asPhrase,
        ),
        'For routes: bgp. A number: all nodes are one AS, each with a session to every other. per-node: node number n is AS ' +
          '64511 + n. per-rack: rack number n is AS 64511 + n, its first node reflects the routes of the others and talks to ' +
          'the first nodes of the other racks. Without it, 64512.',
      ),
    ),
    serviceProxy: v.optional(
      described(
        v.boolean(booleanPhrase),
        'Whether kube-router also does the work of kube-proxy, by IPVS; needs podlab:kubernetes: { proxyMode: none }.',
      ),
      false,
    ),
    manifest: v.optional(
      described(
        fileName('a path such as ./kube-flannel.yml'),
        'The manifest that the project publishes, as a file; the path is relative to the stack file. Without it, the pinned ' +
          'version out of the cache or from upstream.',
      ),
    ),
    registry: v.optional(
      described(
        v.pipe(v.string(registryPhrase), v.regex(/^[\w.-]+(:\d+)?(\/[\w.-]+)*$/, registryPhrase)),
        "Where the manifest's images come from, instead of the registry that it names: a host, with or without a path.",
      ),
    ),
  },
  'a map such as { name: flannel, routes: vxlan }',
);

export const workloads = v.strictObject(
  {
    manifests: v.optional(
      described(
        v.array(fileName('a path such as ./web.yaml'), 'a list of paths such as [./web.yaml]'),
        'Files with Kubernetes objects, applied in this order when the cluster is ready; paths are relative to the stack file.',
      ),
    ),
    images: v.optional(
      described(
        v.array(fileName('an image such as ./web.tar'), 'a list of images such as [./web.tar]'),
        'Images that every node has before the cluster starts: a reference, or the path of an OCI or docker archive, which ' +
          'begins with ./, ../ or /.',
      ),
    ),
  },
  'a map such as { manifests: [./web.yaml] }',
);
