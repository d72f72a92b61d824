// The parts of the stack file that one driver alone reads: what the linter accepts, what editors complete.

import * as v from 'valibot';
import { described, oneOf, pattern, text, whole } from './schema-parts.ts';
import { accessNames, minikubeDrivers, minikubeRuntimes } from './topology.ts';

const filled = (what: string) => v.pipe(text(what), v.minLength(1, what));
// No leading dash: the value becomes an argument of a program.
const word = (what: string) => pattern(what, /^[A-Za-z0-9_./~][\w.:@/~+-]*$/);

export const existing = v.strictObject(
  {
    kubeconfig: v.optional(
      described(
        filled('a path such as ./kubeconfig.yaml'),
        "The administrator's kubeconfig; the path is relative to the stack file. Without it, the one that kubectl uses: " +
          'KUBECONFIG, else ~/.kube/config.',
      ),
    ),
    context: v.optional(
      described(filled('the name of a context'), 'The context in the kubeconfig. Without it, its current one.'),
    ),
    access: v.optional(
      described(
        oneOf(accessNames),
        'The way to the nodes. debug-pod: a privileged pod on each, by kubectl exec. ssh: as your own ssh does it. docker: ' +
          'nodes are containers of this machine, as kind makes them. minikube: by minikube ssh.',
      ),
      'debug-pod',
    ),
    image: v.optional(
      described(
        word('an image such as busybox:1.37'),
        'access: debug-pod. The image of these pods, which has nsenter. Without it, busybox:1.37.',
      ),
    ),
    user: v.optional(
      described(
        pattern('a user name such as root', /^[a-z_][a-z0-9_-]*$/),
        'access: ssh. Another one than root becomes root by sudo. Without it, root.',
      ),
    ),
    port: v.optional(
      described(whole('a port from 1 to 65535', 1, 65_535), 'access: ssh. Without it, what your ssh says, or 22.'),
    ),
    key: v.optional(
      described(
        filled('a path such as ~/.ssh/id_ed25519'),
        'access: ssh. File with the private key; the path is relative to the stack file. Without it, those of your ssh.',
      ),
    ),
    jump: v.optional(
      described(
        word('a host such as user@gate.example'),
        'access: ssh. The host that leads to the nodes. Without it, none.',
      ),
    ),
    profile: v.optional(
      described(
        word('a profile such as minikube'),
        "access: minikube. minikube's name of the cluster. Without it, minikube.",
      ),
    ),
  },
  'a map such as { kubeconfig: ./kubeconfig.yaml, access: debug-pod }',
);

export const minikube = v.strictObject(
  {
    driver: v.optional(
      described(
        oneOf(minikubeDrivers),
        'What minikube makes nodes of. kvm2: virtual machines of libvirt. docker: containers.',
      ),
      'kvm2',
    ),
    runtime: v.optional(described(oneOf(minikubeRuntimes), 'What runs the containers of pods.'), 'containerd'),
  },
  'a map such as { driver: kvm2 }',
);

const imagePhrase =
  'the name of an image of podlab, a path such as ./debian.qcow2, or a map such as { url: https://…, sha256: … }';

export const image = v.union(
  [
    filled(imagePhrase),
    v.strictObject(
      {
        url: described(
          pattern('a URL such as https://images.example/debian.qcow2', /^(https?|file):\/\/\S+$/),
          'Where the disk (qcow2) is: http, https or file.',
        ),
        sha256: v.optional(
          described(
            pattern('64 hexadecimal digits', /^[0-9a-fA-F]{64}$/),
            'SHA-256 checksum of the file, as its project publishes it.',
          ),
        ),
        sha512: v.optional(
          described(
            pattern('128 hexadecimal digits', /^[0-9a-fA-F]{128}$/),
            'SHA-512 checksum of the file, where its project publishes that one.',
          ),
        ),
      },
      imagePhrase,
    ),
  ],
  imagePhrase,
);
