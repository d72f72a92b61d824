// What every CNI becomes in a room: files, commands and patched manifests as golden files.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CniPlan } from '../../../../src/cluster/cni/cni-plan.ts';
import { planCni } from '../../../../src/cluster/cni/plan-cni.ts';
import { publishedManifests } from '../../../../src/cluster/cni/published.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';
import { cniNames, type Topology } from '../../../../src/topology/topology.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const golden = join(import.meta.dirname, '..', '..', '..', 'golden', 'cni');
const fixture = (name: string) => ({ name: `${name}.yml`, text: readFileSync(join(fixtures, `${name}.yml`), 'utf8') });

function room(...lines: readonly string[]): Topology {
  const text = ['config:', '  podlab:engine: kubernetes', ...lines.map((line) => `  ${line}`)].join('\n');
  return loadTopology(text, { stack: 'lab', file: 'f' });
}

/** A plan as a person would read it. */
function render(plan: CniPlan, topology: Topology): string {
  const parts = topology.nodes.flatMap(({ name }) => [
    ...[...plan.filesOn(name)].map(([path, text]) => `### ${name}: ${path}\n${text}`),
    ...plan.commandsOn(name).map(({ run, input }) => `### ${name}: run\n${run.join(' ')}\n${input}`),
  ]);
  const { manifests, later, images } = plan;
  return [
    ...parts,
    ...(manifests === '' ? [] : [`### manifests\n${manifests}`]),
    ...(later === '' ? [] : [`### later\n${later}`]),
    `### images\n${images.map((image) => `${image}\n`).join('')}`,
  ].join('\n');
}

const nodes = {
  two: 'podlab:nodes: { count: 2 }',
  racks:
    'podlab:nodes: [{ name: a-1, rack: a }, { name: a-2, rack: a }, { name: b-1, rack: b }, { name: b-2, rack: b }]',
};

test.each([
  ['bridge-host-gw', nodes.two, '{ name: bridge }'],
  ['bridge-vxlan', nodes.two, '{ name: bridge, routes: vxlan }'],
  ['bridge-bgp', nodes.two, '{ name: bridge, routes: bgp, as: 65000 }'],
  ['bridge-bgp-per-node', nodes.two, '{ name: bridge, routes: bgp, as: per-node }'],
  ['bridge-bgp-per-rack', nodes.racks, '{ name: bridge, routes: bgp, as: per-rack }'],
  ['flannel-vxlan', nodes.two, '{ name: flannel }'],
  ['flannel-host-gw', nodes.two, '{ name: flannel, routes: host-gw, mtu: 1400, registry: "mirror.example:5000/x" }'],
  ['kube-router', nodes.two, '{ name: kube-router, as: 65000 }'],
  ['calico-bgp', nodes.two, '{ name: calico, as: 65000 }'],
  ['calico-bgp-per-node', nodes.two, '{ name: calico, as: per-node }'],
  ['calico-bgp-per-rack', nodes.racks, '{ name: calico, as: per-rack }'],
  ['calico-vxlan', nodes.two, '{ name: calico, routes: vxlan }'],
  ['calico-ipip', nodes.two, '{ name: calico, routes: ipip }'],
  ['weave-fastdp', nodes.two, '{ name: weave }'],
  ['weave-sleeve', nodes.two, '{ name: weave, routes: sleeve, mtu: 1300 }'],
])('%s', async (name, written, cni) => {
  const topology = room(
    written,
    `podlab:cni: ${cni}`,
    'podlab:kubernetes: { podSubnet: 10.50.0.0/16, nodePrefix: 25 }',
  );
  const upstream = topology.cni.name === 'bridge' ? undefined : fixture(topology.cni.name);
  await expect(render(planCni(topology, upstream), topology)).toMatchFileSnapshot(join(golden, `${name}.txt`));
});

test('kube-router takes over from kube-proxy when asked', () => {
  const topology = room(
    'podlab:cni: { name: kube-router, serviceProxy: true }',
    'podlab:kubernetes: { proxyMode: none }',
  );
  expect(planCni(topology, fixture('kube-router')).manifests).toContain('- --run-service-proxy=true\n');
});

test('without a CNI there is nothing to do', () => {
  const topology = room('podlab:cni: { name: none }');
  expect(render(planCni(topology, undefined), topology)).toBe('### images\n');
});

test('a published CNI without its manifest is a mistake of the caller', () => {
  expect(() => planCni(room('podlab:cni: { name: flannel }'), undefined)).toThrow('cni flannel needs its manifest');
});

test('comments of a manifest stay', () => {
  const { manifests } = planCni(room('podlab:cni: { name: calico }'), fixture('calico'));
  for (const comment of ['# Which datapath.', '# Enable IPIP', '# - name: CALICO_IPV4POOL_CIDR']) {
    expect(manifests).toContain(comment);
  }
});

test('every CNI is planned from a pinned file, or without one', () => {
  expect(cniNames.filter((name) => publishedManifests[name] === undefined)).toEqual(['none', 'bridge']);
  for (const { path, sha256, version } of Object.values(publishedManifests)) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(path.split('/')[2]).toBe(version);
  }
});

describe('a manifest of another shape is refused, with what was looked for', () => {
  const swap = (name: string, from: string, to: string) => {
    const { text } = fixture(name);
    expect(text).toContain(from);
    return { name: `${name}.yml`, text: text.replaceAll(from, to) };
  };
  test.each([
    [
      'flannel',
      'kind: DaemonSet',
      'kind: Deployment',
      'looked for DaemonSet kube-flannel-ds, and there is no such object',
    ],
    [
      'flannel',
      'kube-flannel-cfg',
      'flannel-cfg',
      'looked for ConfigMap kube-flannel-cfg, and there is no such object',
    ],
    [
      'flannel',
      'net-conf.json',
      'net.json',
      'looked for ConfigMap kube-flannel-cfg: data.net-conf.json, and it is not there',
    ],
    [
      'flannel',
      '- name: kube-flannel\n',
      '- name: agent\n',
      'looked for DaemonSet kube-flannel-ds: spec.template.spec.containers[kube-flannel], and it is not there',
    ],
    [
      'flannel',
      'args:',
      'words:',
      'looked for DaemonSet kube-flannel-ds: spec.template.spec.containers[kube-flannel].args, and it is not there',
    ],
    [
      'flannel',
      '"type": "flannel"',
      '"type": "other"',
      'looked for ConfigMap kube-flannel-cfg: a CNI plugin of type flannel, and there is none',
    ],
    [
      'kube-router',
      '"name":"mynet",',
      '"name":"mynet"',
      'looked for ConfigMap kube-router-cfg: data.cni-conf.json, and it is not JSON',
    ],
    [
      'calico',
      '  veth_mtu: "0"',
      '  veth_mtu: 0',
      'looked for ConfigMap calico-config: data.veth_mtu, and it is no text',
    ],
    [
      'calico',
      'readinessProbe',
      'startupProbe',
      'looked for DaemonSet calico-node: spec.template.spec.containers[calico-node].readinessProbe.exec.command, and it is not there',
    ],
    [
      'weave',
      '              env: []\n',
      '              env: {}\n',
      'looked for DaemonSet weave-net: spec.template.spec.containers[weave-npc].env, and it is no list',
    ],
  ])('%s without %j', (name, from, to, message) => {
    const routes = name === 'calico' ? ', routes: vxlan' : '';
    const topology = room(`podlab:cni: { name: ${name}${routes} }`);
    expect(() => planCni(topology, swap(name, from, to))).toThrow(`${name}.yml: ${message}`);
  });

  test('and so is one that is no YAML', () => {
    const topology = room('podlab:cni: { name: flannel }');
    expect(() => planCni(topology, { name: 'x.yml', text: 'a: [' })).toThrow(/^x\.yml is not YAML: /);
    expect(() => planCni(topology, { name: 'x.yml', text: '' })).toThrow(
      'x.yml: looked for ConfigMap kube-flannel-cfg, and there is no such object',
    );
  });
});

describe('docs/cni.md', () => {
  const page = readFileSync('docs/cni.md', 'utf8');

  test('has every pinned manifest', () => {
    const rows = Object.entries(publishedManifests).map(([name, { version, path, sha256 }]) => {
      return `| ${name} | ${version} | \`${path.split('/').slice(3).join('/')}\` | \`${sha256}\` |`;
    });
    expect(page.split('\n').filter((line) => /`[0-9a-f]{64}`/.test(line))).toEqual(rows);
  });

  test('names every stack with a cluster', () => {
    const stacks = readdirSync('stacks').filter((file) =>
      readFileSync(join('stacks', file), 'utf8').includes('podlab:engine: kubernetes'),
    );
    const named = stacks.map((file) => file.split('.')[1] ?? '').filter((name) => page.includes(`\`${name}\``));
    expect(named).toHaveLength(stacks.length);
  });
});
