// The stack file as one schema: what the linter accepts, what editors complete, what docs/stack-file.md lists.

import * as v from 'valibot';
import { networkNamePattern } from './labels.ts';
import { asModels, cniNames, driverNames, engineNames, networkModes, proxyModes } from './topology.ts';
import { delayPattern, lossPattern, memoryPattern, ratePattern } from './units.ts';

/**
 * A leaf's message is a noun phrase: "X is not <phrase>" is the problem, "Write <phrase>." the hint. What follows
 * "such as" is left out of the former.
 */
const delayPhrase = 'a time such as "20ms" or "1s"';
const lossPhrase = 'a percentage such as "0.5%"';
const ratePhrase = 'a rate such as "100mbit" or "64kbit"';
const memoryPhrase = 'a size such as "2GiB" or "512MiB"';
const cidrPhrase = 'an IPv4 network such as 192.168.50.0/24';
const mtuPhrase = 'a whole number of bytes from 576 to 65535';
const cpusPhrase = 'a number of CPUs from 0.1 to 256';
const attachmentsPhrase = 'a list of network names such as [nat, isolated]';
const booleanPhrase = 'true or false';
const registryPhrase = 'a registry such as registry.example:5000/mirror';
const rackPhrase = 'the name of a rack such as a';
const asPhrase = `an AS number from 1 to 4294967295, or one of ${asModels.join(', ')}`;

const delay = described(pattern(delayPhrase, delayPattern), 'Added to every packet, each way, by tc netem.');
const jitter = described(pattern(delayPhrase, delayPattern), 'How far the delay varies, up and down; needs a delay.');
const loss = described(pattern(lossPhrase, lossPattern), 'Share of packets that are dropped, each way; 0% to 100%.');
const rate = described(
  pattern(ratePhrase, ratePattern),
  'Upper limit of the data rate, each way; kbit, mbit and gbit count in thousands, as tc does.',
);
const mtu = described(whole(mtuPhrase, 576, 65_535), 'Largest IP packet, in bytes.');

const network = v.strictObject(
  {
    mode: described(
      oneOf(networkModes),
      'nat: joined to the outside through a gateway that masquerades. isolated: no way out.',
    ),
    cidr: described(text(cidrPhrase), 'IPv4 network, without host bits. Its first address is the gateway.'),
    mtu: v.optional(mtu, 1500),
    delay: v.optional(delay, '0ms'),
    jitter: v.optional(jitter, '0ms'),
    loss: v.optional(loss, '0%'),
    rate: v.optional(rate),
  },
  'a network such as { mode: nat, cidr: 192.168.50.0/24 }',
);

const networkName = v.pipe(
  v.string(),
  v.regex(networkNamePattern, 'a name of at most 40 lower-case letters, digits and dashes such as lan'),
);

const attachment = v.union(
  [
    text('the name of a network'),
    v.strictObject(
      {
        network: described(text('the name of a network'), 'Name of a network under podlab:networks.'),
        ip: v.optional(
          described(
            text('an IPv4 address such as 192.168.50.20'),
            'Fixed address in the network. Without it, node number n gets .10 + n, or the next free one.',
          ),
        ),
        mac: v.optional(
          described(
            text('a MAC address such as 52:54:00:12:34:56'),
            'Fixed MAC address. Without it, 52:54:00 and three bytes of a hash of stack, node and network.',
          ),
        ),
        mtu: v.optional(described(mtu, 'MTU of this interface; without it, the MTU of the network.')),
        delay: v.optional(described(delay, 'Instead of the delay of the network.')),
        jitter: v.optional(described(jitter, 'Instead of the jitter of the network.')),
        loss: v.optional(described(loss, 'Instead of the loss of the network.')),
        rate: v.optional(described(rate, 'Instead of the rate of the network.')),
      },
      'the name of a network, or a map such as { network: nat, ip: 192.168.50.20 }',
    ),
  ],
  'the name of a network, or a map such as { network: nat, ip: 192.168.50.20 }',
);

const perNode = {
  networks: v.optional(
    described(
      v.array(attachment, attachmentsPhrase),
      'The networks that the node is on: eth0, eth1, … in this order. Without it, every network of the file.',
    ),
  ),
  cpus: v.optional(
    described(
      v.pipe(v.number(cpusPhrase), v.minValue(0.1, cpusPhrase), v.maxValue(256, cpusPhrase)),
      'CPUs: a limit on the sandbox, a size (whole number) on libvirt. Without it, whatever the machine has.',
    ),
  ),
  memory: v.optional(
    described(
      pattern(memoryPhrase, memoryPattern),
      'Memory: a limit on the sandbox, a size on libvirt. Without it, whatever the machine has.',
    ),
  ),
};

const node = v.strictObject(
  {
    name: described(
      text('a name of lower-case letters, digits and dashes'),
      'Host name: an RFC 1123 label (lower-case letters, digits, dashes; at most 63).',
    ),
    ...perNode,
    rack: v.optional(
      described(
        v.pipe(v.string(rackPhrase), v.regex(networkNamePattern, rackPhrase)),
        'Name of the rack that the node is in, for podlab:cni: { as: per-rack }.',
      ),
    ),
  },
  'a node such as { name: node1, networks: [nat] }',
);

const equalNodes = v.strictObject({
  count: described(whole('a whole number from 1 to 1000', 1, 1000), 'How many nodes: PREFIX1, PREFIX2, …'),
  prefix: v.optional(
    described(text('the beginning of a name, such as node'), 'What the names of the nodes begin with.'),
    'node',
  ),
  ...perNode,
});

const kubernetes = v.strictObject(
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

const cni = v.strictObject(
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

const workloads = v.strictObject(
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

/** Every key of ours under `config:`. */
export const settingsSchema = v.strictObject({
  'podlab:driver': v.optional(
    described(
      oneOf(driverNames),
      'What nodes are made of. sandbox: network namespaces on this machine. libvirt: virtual machines. minikube: one made ' +
        'by minikube. existing: machines that are there already.',
    ),
    'sandbox',
  ),
  'podlab:engine': v.optional(
    described(
      oneOf(engineNames),
      'What runs on every node: nothing, a dockerd of its own, or containerd and a kubelet.',
    ),
    'none',
  ),
  'podlab:uplink': v.optional(
    described(
      // `pulumi config set podlab:uplink true` writes the word in quotes.
      v.union([v.boolean(), v.picklist(['true', 'false'])], booleanPhrase),
      "Whether NAT networks reach this machine's own network; the sandbox driver needs root for it.",
    ),
    false,
  ),
  'podlab:networks': v.optional(
    described(
      v.pipe(
        v.record(networkName, network, 'a map such as { nat: { mode: nat, cidr: 192.168.50.0/24 } }'),
        v.minEntries(1, 'a map of at least one network'),
        v.maxEntries(64, 'a map of at most 64 networks'),
      ),
      'The networks of the room, by name. Without it: nat 192.168.122.0/24 and isolated 192.168.39.0/24.',
    ),
  ),
  'podlab:nodes': v.optional(
    described(
      v.union(
        [
          v.pipe(
            v.array(node, 'a list of nodes such as [{ name: node1 }]'),
            v.minLength(1, 'a list of at least one node'),
            v.maxLength(1000, 'a list of at most 1000 nodes'),
          ),
          equalNodes,
        ],
        'a list of nodes such as [{ name: node1 }], or { count: 8 }',
      ),
      'The nodes of the room: a list, or the short form for equal ones. Without it: node1 and node2 on every network.',
    ),
  ),
  'podlab:kubernetes': v.optional(described(kubernetes, 'The cluster, for engine kubernetes.')),
  'podlab:cni': v.optional(described(cni, 'The network of the pods, for engine kubernetes.')),
  'podlab:workloads': v.optional(
    described(workloads, 'What runs on the cluster from the start, for engine kubernetes.'),
  ),
});

/** The file around them; what is Pulumi's own is let through. */
export const stackFileSchema = v.strictObject(
  {
    config: v.optional(v.nullable(v.record(v.string(), v.unknown(), 'a map of podlab: keys'))),
    secretsprovider: v.optional(v.unknown()),
    encryptedkey: v.optional(v.unknown()),
    encryptionsalt: v.optional(v.unknown()),
    environment: v.optional(v.unknown()),
  },
  'a map with the key config',
);

function described<S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

function text(phrase: string) {
  return v.string(phrase);
}

function pattern(phrase: string, shape: RegExp) {
  return v.pipe(v.string(phrase), v.regex(shape, phrase));
}

function whole(phrase: string, least: number, most: number) {
  return v.pipe(v.number(phrase), v.integer(phrase), v.minValue(least, phrase), v.maxValue(most, phrase));
}

function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, `one of ${names.join(', ')}`);
}
