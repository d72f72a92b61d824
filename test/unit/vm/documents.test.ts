import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { cloudInit, type VmAccess } from '../../../src/vm/cloud-init.ts';
import { dhcpRange } from '../../../src/vm/dhcp-range.ts';
import { domainXml, networkXml } from '../../../src/vm/libvirt-xml.ts';
import { element, renderXml, textElement } from '../../../src/vm/xml.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const golden = (name: string) => join(root, 'test', 'golden', 'vm', name);

const access: VmAccess = {
  authorizedKeys: ['ssh-ed25519 AAAAparticipant podlab'],
  hostKey: { privateKey: '-----BEGIN KEY-----\nprivate\n-----END KEY-----\n', publicKey: 'ssh-ed25519 AAAAhost' },
};

function stackOf(name: string): Topology {
  return loadTopology(readFileSync(join(root, 'stacks', `Pulumi.${name}.yaml`), 'utf8'), {
    stack: name,
    file: 'test.yaml',
  });
}

const written = (text: string) => loadTopology(text, { stack: 'room', file: 'test.yaml' });

test.each(['minikube', 'kubeadm'])(
  'the first node of stack %s is told what the golden documents say',
  async (stack) => {
    const topology = stackOf(stack);
    const { userData, metaData, networkConfig } = cloudInit(topology, topology.nodes[0]?.name ?? '', access);
    await expect(`${metaData}---\n${networkConfig}---\n${userData}`).toMatchFileSnapshot(
      golden(`${stack}.cloud-init.yaml`),
    );
  },
);

test.each(['minikube', 'kubeadm'])('libvirt is told of stack %s what the golden documents say', async (stack) => {
  const topology = stackOf(stack);
  const networks = topology.networks.map((network, n) =>
    networkXml(topology, network, { name: `${stack}-${network.name}`, bridge: `br${n}` }),
  );
  const domains = topology.nodes.map((node) =>
    domainXml({
      name: `${stack}-${node.name}`,
      type: 'qemu',
      node,
      defaults: { cpus: 2, memoryMiB: 2048 },
      networkName: (network) => `${stack}-${network}`,
      boot: { kernel: '/images/vmlinuz', initrd: '/images/initrd', cmdline: 'root=/dev/vda rw' },
      disk: `/disks/${node.name}.qcow2`,
      seed: `/disks/${node.name}.iso`,
      consoleLog: `/logs/${node.name}.log`,
    }),
  );
  await expect([...networks, ...domains].join('')).toMatchFileSnapshot(golden(`${stack}.xml`));
});

describe('cloud-init', () => {
  test('takes the default route from one NAT network only, also when the first NIC is on an isolated one', () => {
    const topology = written(
      'config:\n  podlab:networks:\n    lan: { mode: isolated, cidr: 10.1.0.0/24 }\n    a: { mode: nat, cidr: 10.2.0.0/24 }\n    b: { mode: nat, cidr: 10.3.0.0/24 }\n  podlab:nodes: [{ name: n, networks: [lan, a, b] }]\n',
    );
    const { ethernets } = parse(cloudInit(topology, 'n', access).networkConfig);
    const routes = Object.entries<{ 'dhcp4-overrides': { 'use-routes': boolean } }>(ethernets).map(
      ([iface, { 'dhcp4-overrides': overrides }]) => `${iface} ${overrides['use-routes']}`,
    );
    expect(routes).toEqual(['eth0 false', 'eth1 true', 'eth2 false']);
  });

  test('leaves a node without NAT network without a name server, and one without cluster without a node address', () => {
    const topology = written(
      'config:\n  podlab:networks:\n    lan: { mode: isolated, cidr: 10.1.0.0/24 }\n  podlab:nodes: [{ name: n }]\n',
    );
    const { write_files: files } = parse(cloudInit(topology, 'n', access).userData);
    expect(files.map(({ path }: { path: string }) => path)).toEqual([
      ...['/etc/hosts', '/etc/modules-load.d/podlab.conf', '/etc/sysctl.d/90-podlab.conf'],
    ]);
  });

  test("has a machine of somebody else's image install packages only where there is a way out", () => {
    const text = (mode: string) =>
      written(
        `config:\n  podlab:networks:\n    lan: { mode: ${mode}, cidr: 10.1.0.0/24 }\n  podlab:nodes: [{ name: n }]\n`,
      );
    const foreign = { packages: ['containerd', 'socat'], maskedUnits: ['bird.service'] };
    const told = (mode: string) => parse(cloudInit(text(mode), 'n', { ...access, foreign }).userData);
    const mask = ['cloud-init-per', 'instance', 'podlab-units', 'systemctl', '--quiet', 'mask', 'bird.service'];
    expect(told('nat')).toMatchObject({
      bootcmd: [['cloud-init-per', 'instance', 'podlab-resolver', 'rm', '-f', '/etc/resolv.conf'], mask],
      package_update: true,
      packages: ['containerd', 'socat'],
    });
    expect(told('isolated').bootcmd).toEqual([mask]);
    expect(told('isolated')).not.toHaveProperty('packages');
  });

  test('keeps texts that look like YAML as they are', () => {
    const key = 'ssh-ed25519 AAAA someone: "{who}" #1';
    const { users } = parse(cloudInit(stackOf('kubeadm'), 'node1', { ...access, authorizedKeys: [key] }).userData);
    expect(users[0].ssh_authorized_keys).toEqual([key]);
  });

  test('of a node that is not in the stack is refused', () => {
    expect(() => cloudInit(stackOf('kubeadm'), 'node9', access)).toThrow('stack "kubeadm" has no node "node9"');
  });
});

test('a machine with a boot loader starts from its disk, with KVM on the processor of the host', () => {
  const [node] = stackOf('minikube').nodes;
  if (node === undefined) throw new Error('no node');
  const xml = domainXml({
    name: 'n',
    type: 'kvm',
    node: { ...node, cpus: 3, memoryMiB: 4096 },
    defaults: { cpus: 2, memoryMiB: 2048 },
    networkName: (network) => network,
    boot: undefined,
    disk: '/d',
    seed: '/s',
    consoleLog: '/l',
  });
  expect(xml).toContain('<boot dev="hd"/>');
  expect(xml).not.toContain('<kernel>');
  expect(xml).toContain('<cpu mode="host-passthrough"/>');
  expect(xml).toContain('<memory unit="MiB">4096</memory>');
  expect(xml).toContain('<vcpu>3</vcpu>');
});

test.each([
  ['192.168.122.0/24', '192.168.122.128', '192.168.122.254'],
  ['10.0.0.0/8', '10.128.0.0', '10.255.255.254'],
  ['10.0.0.8/29', '10.0.0.12', '10.0.0.14'],
  ['10.0.0.4/30', '10.0.0.6', '10.0.0.6'],
])('machines without reservation get on %s an address from %s to %s', (cidr, start, end) => {
  expect(dhcpRange(cidr)).toEqual({ start, end });
});

describe('XML', () => {
  test('has no way out of an attribute or a text', () => {
    const bad = `"'><x y="&\n`;
    expect(renderXml(element('a', { b: bad }, textElement('c', bad)))).toBe(
      '<a b="&quot;&apos;&gt;&lt;x y=&quot;&amp;&#10;">\n  <c>&quot;&apos;&gt;&lt;x y=&quot;&amp;&#10;</c>\n</a>\n',
    );
  });

  test('refuses what it has no form for', () => {
    expect(() => renderXml(textElement('a', 'b\0'))).toThrow('a control character');
  });
});
