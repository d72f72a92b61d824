// The stack file as one schema: what the linter accepts, what editors complete, what docs/stack-file.md lists.

import * as v from 'valibot';
import { cni, kubernetes, workloads } from './cluster-schema.ts';
import { existing, image, minikube } from './driver-schema.ts';
import { networkNamePattern } from './labels.ts';
import { booleanPhrase, described, mtu, oneOf, pattern, text, whole } from './schema-parts.ts';
import { driverNames, engineNames, networkModes } from './topology.ts';
import { delayPattern, lossPattern, memoryPattern, ratePattern } from './units.ts';

const delayPhrase = 'a time such as "20ms" or "1s"';
const lossPhrase = 'a percentage such as "0.5%"';
const ratePhrase = 'a rate such as "100mbit" or "64kbit"';
const memoryPhrase = 'a size such as "2GiB" or "512MiB"';
const cidrPhrase = 'an IPv4 network such as 192.168.50.0/24';
const cpusPhrase = 'a number of CPUs from 0.1 to 256';
const attachmentsPhrase = 'a list of network names such as [nat, isolated]';
const rackPhrase = 'the name of a rack such as a';

const delay = described(pattern(delayPhrase, delayPattern), 'Added to every packet, each way, by tc netem.');
const jitter = described(pattern(delayPhrase, delayPattern), 'How far the delay varies, up and down; needs a delay.');
const loss = described(pattern(lossPhrase, lossPattern), 'Share of packets that are dropped, each way; 0% to 100%.');
const rate = described(
  pattern(ratePhrase, ratePattern),
  'Upper limit of the data rate, each way; kbit, mbit and gbit count in thousands, as tc does.',
);

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
      'The networks of the room, by name. Without it: nat 192.168.122.0/24 and isolated 192.168.39.0/24; for minikube those ' +
        'that it has itself.',
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
      'The nodes of the room: a list, or the short form for equal ones. Without it: node1 and node2 on every network; for ' +
        'minikube one.',
    ),
  ),
  'podlab:kubernetes': v.optional(described(kubernetes, 'The cluster, for engine kubernetes.')),
  'podlab:cni': v.optional(described(cni, 'The network of the pods, for engine kubernetes.')),
  'podlab:workloads': v.optional(
    described(workloads, 'What runs on the cluster from the start, for engine kubernetes.'),
  ),
  'podlab:image': v.optional(
    described(
      image,
      'The disk that virtual machines start from, for driver libvirt: an image that podlab has built, by its name in ' +
        '"podlab image list"; a qcow2 file, by a path relative to the stack file; or one to download. Without it, the newest ' +
        'that podlab has built for the version of Kubernetes.',
    ),
  ),
  'podlab:minikube': v.optional(described(minikube, 'What minikube makes, for driver minikube.')),
  'podlab:existing': v.optional(described(existing, 'The cluster that is there, and the way in, for driver existing.')),
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
