// Rules about what one driver alone has: minikube, clusters that are there, images of virtual machines.

import { describe, expect, test } from 'vitest';
import { renderProblem } from '../../../src/error.ts';
import { lintStack, loadTopology } from '../../../src/topology/load-topology.ts';
import { config, say, warn } from './lint-file.ts';

const lint = (text: string, stack = 'lab', routes: readonly string[] = []) =>
  lintStack(text, { stack, file: 'f', hostRoutes: routes.map((cidr) => ({ cidr, dev: 'virbr1' })) }).problems.map(
    renderProblem,
  );
const load = (text: string, stack = 'lab') => loadTopology(text, { stack, file: 'f' });

describe('a cluster that is there', () => {
  const existing = (...lines: readonly string[]) =>
    config('podlab:driver: existing', 'podlab:engine: kubernetes', 'podlab:cni: { name: flannel }', ...lines);

  test('is reached by pods and with the kubeconfig of kubectl, unless the file says otherwise', () => {
    // Its networks are there already, and this machine may have a route to them.
    expect(lint(existing(), 'lab', ['192.168.39.0/24'])).toEqual([]);
    expect(load(existing()).existing).toEqual({
      kubeconfig: '',
      context: '',
      access: { by: 'debug-pod', image: 'busybox:1.37' },
    });
    const ssh =
      'podlab:existing: { kubeconfig: ~/k, context: c, access: ssh, user: debian, port: 2222, jump: me@gate }';
    expect(load(existing(ssh)).existing).toEqual({
      kubeconfig: '~/k',
      context: 'c',
      access: { by: 'ssh', user: 'debian', port: 2222, key: '', jump: 'me@gate' },
    });
    expect(load(existing('podlab:existing: { access: minikube }')).existing?.access).toEqual({
      by: 'minikube',
      profile: 'minikube',
    });
    expect(load(existing('podlab:existing: { access: docker }')).existing?.access).toEqual({ by: 'docker' });
  });

  test.each([
    [
      'podlab:existing: { access: docker, user: me }',
      say('5:38', 'user is not for access docker', 'Remove user, or write access: ssh.'),
    ],
    [
      'podlab:existing: { image: x, access: ssh }',
      say('5:22', 'image is not for access ssh', 'Remove image, or write access: debug-pod.'),
    ],
    [
      'podlab:existing: { access: kubectl }',
      say(
        '5:30',
        'podlab:existing.access: "kubectl" is not one of debug-pod, ssh, docker, minikube',
        'Write one of debug-pod, ssh, docker, minikube.',
      ),
    ],
    ['podlab:existing: { contxt: a }', say('5:22', 'unknown key contxt in podlab:existing', 'Write context.')],
    [
      'podlab:existing: { access: ssh, jump: -oProxyCommand=x }',
      say('5:41', 'podlab:existing.jump: "-oProxyCommand=x" is not a host', 'Write a host such as user@gate.example.'),
    ],
    [
      'podlab:networks: { lan: { mode: nat, cidr: 10.1.0.0/24, delay: 5ms } }',
      say(
        '5:59',
        "delay can't be set on a network of driver existing",
        'Remove delay, or write podlab:driver: sandbox.',
      ),
    ],
    [
      'podlab:workloads: { manifests: [./a.yaml] }',
      warn(
        '5:23',
        'manifests are not used: driver existing takes the cluster as it is',
        'Apply them yourself, and remove them here.',
      ),
    ],
  ])('%s', (line, expected) => {
    expect(lint(existing(line))).toEqual(expected);
  });

  test('is not meant by other drivers', () => {
    expect(lint(config('podlab:existing: { access: ssh }'))).toEqual(
      warn(
        '2:3',
        'podlab:existing is not used, because the driver is sandbox',
        'Write podlab:driver: existing, or remove podlab:existing.',
      ),
    );
  });
});

describe('minikube', () => {
  const kvm2 = (...lines: readonly string[]) =>
    config(
      'podlab:driver: minikube',
      'podlab:engine: kubernetes',
      'podlab:networks: { private: { mode: isolated, cidr: 192.168.39.0/24 }, default: { mode: nat, cidr: 192.168.122.0/24 } }',
      ...lines,
    );
  const docker = (...lines: readonly string[]) =>
    config(
      'podlab:driver: minikube',
      'podlab:engine: kubernetes',
      'podlab:minikube: { driver: docker }',
      'podlab:networks: { bridge: { mode: nat, cidr: 192.168.49.0/24 } }',
      ...lines,
    );
  const flannel = 'podlab:cni: { name: flannel }';

  test('names the nodes of the short form itself, and the docker driver numbers them from the gateway on', () => {
    expect(lint(kvm2(flannel), 'lab', ['192.168.122.0/24'])).toEqual([]);
    expect(load(kvm2(flannel)).nodes.map(({ name }) => name)).toEqual(['lab']);
    const { nodes, minikube } = load(docker(flannel, 'podlab:nodes: { count: 3 }'));
    expect(minikube).toEqual({ driver: 'docker', runtime: 'containerd' });
    expect(nodes.map(({ name, nics }) => `${name} ${nics[0]?.ip}`)).toEqual([
      'lab 192.168.49.2',
      'lab-m02 192.168.49.3',
      'lab-m03 192.168.49.4',
    ]);
  });

  test.each([
    [
      'a name',
      kvm2(flannel, 'podlab:nodes: [{ name: node1 }]'),
      say('6:26', 'node name "node1": minikube calls this node lab', 'Write name: lab, or podlab:nodes: { count: 1 }.'),
    ],
    [
      'one CPU',
      kvm2(flannel, 'podlab:nodes: [{ name: lab, cpus: 1 }]'),
      say('6:37', 'node "lab": minikube has 2 CPUs or more, and whole ones, not 1', 'Write cpus: 2.'),
    ],
    [
      'little memory',
      kvm2(flannel, 'podlab:nodes: [{ name: lab, memory: 1GiB }]'),
      say('6:39', 'node "lab": minikube refuses 1024MiB of memory', 'Write 1800MiB or more.'),
    ],
    [
      'different nodes',
      kvm2(flannel, 'podlab:nodes: [{ name: lab, cpus: 2 }, { name: lab-m02, cpus: 4 }]'),
      say('6:65', 'node "lab-m02": all nodes of minikube have the same cpus', 'Write the same cpus at every node.'),
    ],
    [
      'the order of networks',
      kvm2(flannel, 'podlab:nodes: [{ name: lab, networks: [default, private] }]'),
      say(
        '6:41',
        `node "lab": minikube's driver kvm2 has the isolated network on eth0 and the other on eth1`,
        'Write networks: [private, default].',
      ),
    ],
    [
      'a MAC address',
      kvm2(flannel, 'podlab:nodes: [{ name: lab, networks: [{ network: private, mac: 52:54:00:00:00:01 }, default] }]'),
      say('6:62', `node "lab" on "private": minikube's driver kvm2 chooses the mac itself`, 'Remove mac.'),
    ],
    [
      'an address that libvirt gives',
      kvm2(flannel, 'podlab:nodes: [{ name: lab, networks: [private, { network: default, ip: 192.168.122.50 }] }]'),
      say('6:71', `node "lab" on "default": minikube's driver kvm2 chooses the ip itself`, 'Remove ip.'),
    ],
    [
      'another network for the API',
      kvm2(flannel, 'podlab:kubernetes: { advertise: default }'),
      say(
        '6:35',
        'advertise: the API server of minikube is on the isolated network, "private"',
        'Write advertise: private, or remove it.',
      ),
    ],
    [
      'an MTU',
      docker(flannel).replace('cidr: 192.168.49.0/24', 'cidr: 192.168.49.0/24, mtu: 1400'),
      say('5:66', "mtu can't be set on a network of driver minikube", 'Remove mtu, or write podlab:driver: sandbox.'),
    ],
    [
      'a second network of docker',
      docker(flannel).replace('} }', '}, two: { mode: isolated, cidr: 10.9.0.0/24 } }'),
      [...say('5:68', `network "two": minikube's driver docker has one network, with mode nat`, 'Remove two.')],
    ],
    [
      'the bridge with two nodes',
      docker('podlab:cni: { name: bridge }', 'podlab:nodes: { count: 2 }'),
      say('6:23', 'cni bridge: minikube has it for one node', 'Write name: flannel, calico or kube-router.'),
    ],
    [
      'the bridge with other addresses',
      docker('podlab:cni: { name: bridge }', 'podlab:kubernetes: { podSubnet: 10.50.0.0/16 }'),
      say(
        '7:35',
        `podSubnet: minikube's cni bridge always has 10.244.0.0/16`,
        'Write podSubnet: 10.244.0.0/16, or podlab:cni: { name: flannel }.',
      ),
    ],
    [
      'AS numbers for each node',
      docker('podlab:cni: { name: calico, routes: bgp, as: per-node }'),
      say(
        '6:48',
        'as: driver minikube can not give nodes settings of their own, and per-node needs them',
        'Write a number such as 64512.',
      ),
    ],
  ])('can not do %s', (_, text, expected) => {
    expect(lint(text)).toEqual(expected);
  });
});

describe('the image of virtual machines', () => {
  const libvirt = (line: string) => config('podlab:driver: libvirt', line);
  const sha256 = 'AB'.repeat(32);
  const onePublished = 'Write the one that its project publishes: sha256: … or sha512: ….';

  test.each([
    ['v1.36.3-0123456789abcdef', { kind: 'built', name: 'v1.36.3-0123456789abcdef' }],
    ['../debian.qcow2', { kind: 'file', path: '../debian.qcow2' }],
    ['~/debian.qcow2', { kind: 'file', path: '~/debian.qcow2' }],
    [
      `{ url: https://images.example/d.qcow2, sha256: ${sha256} }`,
      { kind: 'download', url: 'https://images.example/d.qcow2', checksum: `sha256:${sha256.toLowerCase()}` },
    ],
    [
      `{ url: https://images.example/d.qcow2, sha512: ${sha256}${sha256} }`,
      { kind: 'download', url: 'https://images.example/d.qcow2', checksum: `sha512:${'ab'.repeat(64)}` },
    ],
  ])('%s', (written, expected) => {
    expect(lint(libvirt(`podlab:image: ${written}`))).toEqual([]);
    expect(load(libvirt(`podlab:image: ${written}`)).image).toEqual(expected);
  });

  test.each([
    [
      'https://images.example/d.qcow2',
      say(
        '3:17',
        'podlab:image: a download has a checksum',
        'Write { url: "https://images.example/d.qcow2", sha256: … } with the checksum that its project publishes.',
      ),
    ],
    [
      'debian.qcow2',
      say(
        '3:17',
        'podlab:image: "debian.qcow2" is neither the name of an image nor a path',
        'Write ./debian.qcow2 if it is a file.',
      ),
    ],
    [
      'v1.36.3',
      say(
        '3:17',
        'podlab:image: "v1.36.3" is neither the name of an image nor a path',
        'Write a name that "podlab image list" shows, or a path that begins with ./, ../, ~/ or /.',
      ),
    ],
    ['{ url: https://x.example/d.qcow2 }', say('3:3', 'podlab:image has no checksum', onePublished)],
    [
      `{ url: https://x.example/d.qcow2, sha256: ${sha256}, sha512: ${sha256}${sha256} }`,
      say('3:3', 'podlab:image has two checksums', onePublished),
    ],
    [
      '{ url: https://x.example/d.qcow2, sha256: abc }',
      say('3:59', 'podlab:image.sha256: "abc" is not 64 hexadecimal digits', 'Write 64 hexadecimal digits.'),
    ],
  ])('%s', (written, expected) => {
    expect(lint(libvirt(`podlab:image: ${written}`))).toEqual(expected);
  });

  test('is not for other drivers', () => {
    expect(lint(config('podlab:image: ./d.qcow2'))).toEqual(
      warn(
        '2:3',
        'podlab:image is not used: driver sandbox has no virtual machines of podlab',
        'Write podlab:driver: libvirt, or remove podlab:image.',
      ),
    );
  });
});
