// What a workshop file says about an existing cluster, as a schema.

import * as v from 'valibot';
import { described, oneOf, pattern } from '../topology/schema-parts.ts';
import { type Amounts, userKinds, usual } from './kubernetes-place.ts';

const quantityPhrase = 'a quantity such as 512Mi';
const cpuPhrase = 'a number of CPUs such as 500m or 2';
const cidrPhrase = 'an IPv4 network such as 10.0.0.0/8';
const labelPhrase = 'a name of lower-case letters, digits and dashes such as lab';
const hostPhrase = 'a name such as *.lab.example or lab.example';
const pathPhrase = 'a path such as /seats/*';
const nodePhrase = 'an address or a name such as 10.0.0.7';
const portPhrase = 'a port such as 30801';
const imagePhrase = 'an image such as registry.example/podlab-seat:1';

const quantity = pattern(quantityPhrase, /^[1-9]\d*(Ki|Mi|Gi|Ti)$/);
const cpu = v.union(
  [v.pipe(v.number(cpuPhrase), v.minValue(0.01, cpuPhrase)), pattern(cpuPhrase, /^[1-9]\d*m?$/)],
  cpuPhrase,
);
const cidrs = v.array(
  pattern(cidrPhrase, /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/),
  'a list of networks such as [10.0.0.0/8]',
);
const label = pattern(labelPhrase, /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/);
const text = (phrase: string) => v.pipe(v.string(phrase), v.minLength(1, phrase));

/** What is usual with each engine, as a phrase. */
const usually = (of: (needs: (typeof usual)['none']) => string) =>
  `Without it, ${of(usual.none)}; ${of(usual.docker)} with engine docker, ${of(usual.kubernetes)} with kubernetes.`;

const amounts = (of: 'requests' | 'limits') => {
  const own = (what: keyof Amounts) => usually((needs) => needs[of][what]);
  return v.strictObject(
    {
      cpu: v.optional(described(cpu, `CPUs, as Kubernetes writes them. ${own('cpu')}`)),
      memory: v.optional(described(quantity, `Memory, as Kubernetes writes it. ${own('memory')}`)),
    },
    `a map such as { cpu: ${usual.none[of].cpu}, memory: ${usual.none[of].memory} }`,
  );
};

export const kubernetesSchema = v.strictObject(
  {
    kubeconfig: v.optional(
      described(
        text('the path of a file such as ./kubeconfig.yaml'),
        'The kubeconfig, relative to this file. Without it, $KUBECONFIG or ~/.kube/config.',
      ),
    ),
    context: v.optional(
      described(text('the name of a context such as admin@lab'), 'The context in it. Without it, its current one.'),
    ),
    namespace: v.optional(
      described(
        label,
        'Where the seats are. Without it, podlab-NAME. One that is there already is used, and never removed.',
      ),
    ),
    image: v.optional(
      described(
        text(imagePhrase),
        "The seats' image. Without it, the one that podlab fleet image makes for the template's engine.",
      ),
    ),
    users: v.optional(
      described(
        oneOf(userKinds),
        'pod: seats have user ids of their own (hostUsers: false). node: they have those of the node. auto: pod where every node can.',
      ),
      'auto',
    ),
    storage: v.optional(
      described(
        v.strictObject(
          {
            size: v.optional(described(quantity, `Of the volume of a seat. ${usually(({ size }) => size)}`)),
            class: v.optional(
              described(
                label,
                "The StorageClass. Without it, the cluster's default; without a default, progress lives as long as the pod.",
              ),
            ),
          },
          'a map such as { size: 256Mi, class: fast }',
        ),
        'Where progress is kept.',
      ),
    ),
    requests: v.optional(described(amounts('requests'), 'What the scheduler reserves for a seat.')),
    limits: v.optional(described(amounts('limits'), 'What a seat can use at most.')),
    ingress: v.optional(
      described(
        v.strictObject(
          {
            host: described(
              pattern(hostPhrase, /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/),
              "The page's name; the seat takes the place of the star.",
            ),
            path: v.optional(
              described(
                pattern(pathPhrase, /^(\/[a-z0-9-]+)*\/\*$/),
                'For a name without a star, which all seats share: the path of their pages.',
              ),
            ),
            class: v.optional(described(label, 'The IngressClass. Without it, the default.')),
            tlsSecret: v.optional(
              described(label, 'Secret in the namespace with the certificate. Without it, no TLS.'),
            ),
          },
          'a map such as { host: "*.lab.example" }',
        ),
        'How the pages of the seats are reached from outside. Without it and nodePorts, by kubectl port-forward.',
      ),
    ),
    nodePorts: v.optional(
      described(
        v.strictObject(
          {
            address: described(
              pattern(nodePhrase, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/),
              'Of a node, as participants reach it.',
            ),
            first: described(
              v.pipe(
                v.number(portPhrase),
                v.integer(portPhrase),
                v.minValue(1024, portPhrase),
                v.maxValue(65_535, portPhrase),
              ),
              'The port of seat 1; the others follow. The cluster says which it allows, usually 30000 to 32767.',
            ),
          },
          'a map such as { address: 10.0.0.7, first: 30801 }',
        ),
        'A port of the nodes for each page, in place of an Ingress: HTTP without TLS, for networks that you trust.',
      ),
    ),
    allowFrom: v.optional(
      described(cidrs, 'Networks that reach the pages, besides pods that are no seats: a load balancer, for example.'),
    ),
    reach: v.optional(
      described(
        cidrs,
        'Networks that seats reach. Without it, name servers alone; what happens there comes to `podlab serve` without it.',
      ),
    ),
  },
  'a map such as { namespace: lab }',
);

export type RawKubernetes = v.InferInput<typeof kubernetesSchema>;
