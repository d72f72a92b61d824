// What the program registers with the engine, under mocks.

import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { cidrOf, containsAddress } from '../../../src/net/cidr.ts';
import { parseIp } from '../../../src/net/ipv4.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { mockPulumi, type Options, type Registered, roomSettings, settled, stackTopology } from './vm-room.ts';

let registered: Registered[];
const options = new Map<string, Options>();
let labRoom: typeof import('../../../src/infra/lab-room.ts')['labRoom'];

beforeAll(async () => {
  registered = await mockPulumi(options);
  ({ labRoom } = await import('../../../src/infra/lab-room.ts'));
});

beforeEach(() => {
  registered.length = 0;
  options.clear();
});

const stacks = [
  ...['minikube-kvm', 'kubeadm-flannel-vxlan', 'kubeadm-flannel-hostgw', 'kubeadm-kube-router'],
  ...['kubeadm-calico-bgp', 'kubeadm-calico-racks', 'kubeadm-weave', 'kubeadm-bridge'],
];

test.each(stacks)('%s is made of these resources', async (stack) => {
  const topology = stackTopology(stack);
  await settled(() => labRoom(topology, roomSettings(topology)));
  await expect(render(registered)).toMatchFileSnapshot(`../../golden/pulumi/${stack}.yaml`);
});

test('what the provider cannot change is replaced, old one first, with all that stands on it', async () => {
  const topology = stackTopology('kubeadm-kube-router');
  await settled(() => labRoom(topology, roomSettings(topology)));
  for (const name of ['nat', 'isolated', 'pool', 'base', 'kernel', 'initrd', 'node1-cloudinit', 'node1-seed']) {
    expect(options.get(name), name).toMatchObject({ replaceOnChanges: ['*'], deleteBeforeReplace: true });
  }
  // A network that is replaced under a running machine leaves its cable behind: the machine has to be new.
  expect(options.get('node1')).toMatchObject({
    deleteBeforeReplace: true,
    replaceWith: ['isolated', 'nat', 'node1-disk', 'node1-seed'],
  });
  // Documents for the first boot are read at a first boot: a new seed is a new disk.
  expect(options.get('node1-disk')).toMatchObject({ replaceWith: ['base', 'initrd', 'kernel', 'node1-seed'] });
  // What is inside a machine is not deleted from it before it goes.
  for (const name of ['node1-ready', 'node1-peers', 'node1-init', 'kubernetes'])
    expect(options.get(name)?.deletedWith).toBe('node1');
  expect(options.get('node2-join')?.deletedWith).toBe('node2');
  // Nor is what a network knows, from a network that goes.
  expect(options.get('node2.nat-lease')?.deletedWith).toBe('nat');
});

test('things are made in an order in which they can be, and removed in the other direction', async () => {
  const topology = stackTopology('kubeadm-bridge');
  await settled(() => labRoom(topology, roomSettings(topology)));
  const before = (name: string) => options.get(name)?.dependsOn ?? [];
  // A machine asks for its address when it boots; what is reserved for it is given up when it is gone.
  expect(before('node2')).toEqual(expect.arrayContaining(['node2.nat-lease', 'node2.isolated-lease']));
  expect(before('node2-join')).toEqual(expect.arrayContaining(['node2-peers', 'node2-register', 'node1-init']));
  // Its pods leave it, and then its Node, while it still runs: on the first machine, unless that goes too.
  expect(before('node2-register')).toEqual(expect.arrayContaining(['node1-init', 'node2-ready', 'node2']));
  expect(options.get('node2-register')?.deletedWith).toBe('node1');
  expect(inputs('node2-register').delete).toMatch(/kubectl drain node2 .*kubectl delete node node2 /s);
  expect(inputs('node2-register')).toMatchObject({ triggers: ['uuid of node1', 'uuid of node2'] });
});

test('the documents of a first boot tell nothing of other nodes; those of the next command tell all', async () => {
  const topology = stackTopology('kubeadm-bridge');
  await settled(() => labRoom(topology, roomSettings(topology)));
  const { userData } = inputs('node1-cloudinit') as { userData: { value: string } };
  expect(userData.value).not.toMatch(/node2|192\.168\.39\.12|10\.244\.1\./);
  expect(inputs('node1-peers').create).toContain('192.168.39.12 node2.isolated\n');
  expect(inputs('node1-peers').create).toContain('ip route replace 10.244.1.0/24 via 192.168.39.12 dev eth1\n');
  expect(inputs('node1-peers').create).toContain('ip route del 10.244.1.0/24 via 192.168.39.12 dev eth1\n');
});

test('the traps of the provider are stepped over', async () => {
  const topology = stackTopology('minikube-kvm');
  await settled(() => labRoom(topology, roomSettings(topology)));
  // A domain without `running` is only defined; one with `waitForIp` is removed when the wait ends badly.
  expect(inputs('minikube')).toMatchObject({ running: true, autostart: false, update: { shutdown: { timeout: 30 } } });
  expect(JSON.stringify(registered)).not.toContain('waitForIp');
  // A pool without it takes its directory along.
  expect(inputs('pool')).toMatchObject({ destroy: { delete: false } });
  // An id of a domain is the text "missing ID".
  expect(inputs('minikube-init')).toMatchObject({ triggers: ['uuid of minikube'] });
  expect(JSON.stringify(registered)).not.toContain('minikube-id');
  // Paths, which AppArmor's helper follows; never pool and volume.
  expect(JSON.stringify(inputs('minikube'))).toContain('"source":{"file":{"file":"/pool/minikube-disk"}}');
  // Which version the engine notes for it differs from door to door.
  expect(options.get('libvirt')).toMatchObject({ ignoreChanges: ['version'] });
  // An output in a text shows as this.
  expect(JSON.stringify(registered)).not.toContain('Calling [toString]');
});

test('the private keys, the token and the kubeconfig are secrets', async () => {
  const topology = stackTopology('kubeadm-kube-router');
  const settings = roomSettings(topology);
  await settled(() => labRoom(topology, settings));
  const open = JSON.stringify(registered, (_key, value) => (isSecret(value) ? undefined : value));
  expect(open).not.toContain('OPENSSH PRIVATE KEY');
  expect(open).not.toContain(settings.keys.bootstrapToken);
  expect(JSON.stringify(registered)).toContain(settings.keys.bootstrapToken);
  expect(isSecret(inputs('kubernetes').kubeconfig)).toBe(true);
  expect(isSecret(inputs('node2-join').stdin)).toBe(true);
});

test('a room without a cluster has machines and nothing inside them', async () => {
  const topology = loadTopology('config:\n  podlab:driver: libvirt\n', { stack: 'plain', file: 'x' });
  const { kubeconfig } = await settled(() => labRoom(topology, roomSettings(topology)));
  expect(kubeconfig).toBeUndefined();
  const types = new Set(registered.map(({ type }) => type));
  expect([...types].filter((type) => /Cluster|kubernetes|Cni/.test(type))).toEqual([]);
  expect(types.has('libvirt:index/domain:Domain')).toBe(true);
});

test('an image on the host is used where it is, by all rooms', async () => {
  const topology = stackTopology('kubeadm-bridge');
  const image = { disk: '/srv/podlab/disk.qcow2', boot: undefined, isOnHost: true, foreign: undefined };
  await settled(() => labRoom(topology, roomSettings(topology, { image })));
  expect(registered.filter(({ name }) => ['base', 'kernel', 'initrd'].includes(name))).toEqual([]);
  expect(inputs('node1-disk')).toMatchObject({ backingStore: { path: '/srv/podlab/disk.qcow2' } });
  expect(inputs('node1')).toMatchObject({ os: { bootDevices: [{ dev: 'hd' }] } });
});

test("a machine of somebody else's image is told what to install, and podlab brings the rest before there is a cluster", async () => {
  const topology = stackTopology('kubeadm-bridge');
  const foreign = { name: 'https://images.example/debian.qcow2', home: '/opt/podlab' };
  const image = { disk: '/cache/debian.qcow2', boot: undefined, isOnHost: false, foreign };
  await settled(() => labRoom(topology, roomSettings(topology, { image })));
  await expect(render(registered)).toMatchFileSnapshot('../../golden/pulumi/foreign-image.yaml');
  for (const [node, then] of [
    ['node1', 'init'],
    ['node2', 'join'],
  ]) {
    expect(options.get(`${node}-complete`)).toMatchObject({ deletedWith: node, deleteBeforeReplace: true });
    expect(options.get(`${node}-complete`)?.dependsOn).toContain(`${node}-ready`);
    expect(options.get(`${node}-peers`)?.dependsOn).toContain(`${node}-complete`);
    expect(options.get(`${node}-${then}`)?.dependsOn).toContain(`${node}-complete`);
  }
});

test("nothing looks what is missing on a machine of podlab's own image", async () => {
  const topology = stackTopology('kubeadm-bridge');
  await settled(() => labRoom(topology, roomSettings(topology)));
  expect(registered.filter(({ name }) => name.endsWith('-complete'))).toEqual([]);
  expect(JSON.stringify(registered)).not.toMatch(/package_update|bootcmd/);
});

test('machines of another host are reached through it', async () => {
  const topology = stackTopology('minikube-kvm');
  await settled(() => labRoom(topology, roomSettings(topology, { uri: 'qemu+ssh://lab@big.example:2222/system' })));
  const { connection } = inputs('minikube-ready') as { connection: { value: unknown } };
  expect(connection).toMatchObject({ value: { proxy: { host: 'big.example', user: 'lab', port: 2222 } } });
});

test('every machine has its NICs on the right networks, with addresses inside and reserved', async () => {
  const room = fc.record({
    count: fc.integer({ min: 1, max: 5 }),
    third: fc.integer({ min: 1, max: 200 }),
    stack: fc.stringMatching(/^[a-z]([-a-z0-9]{0,12}[a-z0-9])?$/),
  });
  await fc.assert(
    fc.asyncProperty(room, async ({ count, third, stack }) => {
      registered.length = 0;
      const networks = `{ a: { mode: nat, cidr: 10.77.${third}.0/24 }, b: { mode: isolated, cidr: 10.78.${third}.0/26 } }`;
      const text = `config:\n  podlab:driver: libvirt\n  podlab:networks: ${networks}\n  podlab:nodes: { count: ${count} }\n`;
      const topology = loadTopology(text, { stack, file: 'x' });
      await settled(() => labRoom(topology, roomSettings(topology)));
      const domains = registered.filter(({ type }) => type === 'libvirt:index/domain:Domain');
      expect(domains.length).toBe(count);
      const macs = new Set<string>();
      for (const { name, inputs: domain } of domains) {
        const { devices } = domain as { devices: { interfaces: readonly Cable[] } };
        expect(devices.interfaces.map(({ source }) => source.network.network)).toEqual([
          `podlab.${stack}.a`,
          `podlab.${stack}.b`,
        ]);
        for (const { source, mac } of devices.interfaces) {
          macs.add(mac.address);
          const [lease, ip] = reservation(source.network.network, mac.address);
          expect(lease?.name).toBe(name);
          expect(containsAddress(cidrOf(ip.cidr), addressOf(lease?.ip ?? ''))).toBe(true);
        }
      }
      expect(macs.size).toBe(2 * count);
    }),
    { numRuns: 8 },
  );
});

interface Cable {
  readonly source: { readonly network: { readonly network: string } };
  readonly mac: { readonly address: string };
}

interface Lease {
  readonly mac: string;
  readonly ip: string;
  readonly name: string;
}

function reservation(network: string, mac: string): readonly [Lease | undefined, { readonly cidr: string }] {
  const found = registered.find(({ type, inputs: one }) => type.endsWith(':Network') && one.name === network);
  const [ip] = (found?.inputs.ips ?? []) as [{ address: string; prefix: number } | undefined];
  const base = (ip?.address ?? '').replace(/\.1$/, '.0');
  const commands = registered.filter(({ name }) => name.endsWith(`.${found?.name}-lease`));
  const leases = commands.map(({ inputs: { create } }) => {
    const [own = '', name = '', address = ''] = `${create}`.split(' ').slice(-3);
    return { mac: own, name, ip: address };
  });
  return [leases.find((lease) => lease.mac === mac), { cidr: `${base}/${ip?.prefix}` }];
}

function addressOf(text: string): number {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`${text} is no address`);
  return ip;
}

function inputs(name: string): Record<string, unknown> {
  return registered.find((one) => one.name === name && !one.type.startsWith('podlab:'))?.inputs ?? {};
}

/** The signature that the SDK marks secrets with. */
function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '4dabf18193072939515e22adb298388d' in value;
}

/** Sorted, for the order in which promises settle is nobody's promise; long texts as they are. */
function render(resources: readonly Registered[]): string {
  const key = ({ type, name }: Registered) => `${type} ${name}`;
  const sorted = [...resources].sort((one, other) => (key(one) < key(other) ? -1 : 1));
  const plain = sorted.map(({ type, name, inputs: props }) => ({ type, name, ...plainOf(props) }));
  return plain.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

function plainOf(props: Record<string, unknown>): { inputs?: unknown } {
  if (Object.keys(props).length === 0) return {};
  return {
    inputs: JSON.parse(
      JSON.stringify(props, (_key, value) => (isSecret(value) ? { secret: value.value } : value)).replaceAll(
        /-----BEGIN.*?END OPENSSH PRIVATE KEY-----/g,
        'PRIVATE KEY',
      ),
    ),
  };
}
