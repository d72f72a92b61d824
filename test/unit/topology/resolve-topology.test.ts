// What a right stack file becomes: addresses, names and defaults, all bound.

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LabError } from '../../../src/error.ts';
import { cidrOf, containsAddress, lastAddress } from '../../../src/net/cidr.ts';
import { ifaceNameFault } from '../../../src/net/iface-name.ts';
import { formatIp, parseIp } from '../../../src/net/ipv4.ts';
import { lintStack, loadTopology } from '../../../src/topology/load-topology.ts';
import { parseStack } from '../../../src/topology/parse-stack.ts';
import { resolveTopology } from '../../../src/topology/resolve-topology.ts';
import type { Topology } from '../../../src/topology/topology.ts';

const load = (text: string) => loadTopology(text, { stack: 'lab', file: 'f' });
const addresses = (topology: Topology) => topology.nodes.map(({ nics }) => nics.map(({ ip }) => ip));

describe('the stacks that come with podlab', () => {
  const files = readdirSync('stacks');
  expect(files.length).toBeGreaterThanOrEqual(3);
  test.each(files)('%s', async (file) => {
    const text = readFileSync(`stacks/${file}`, 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/stack.schema.json');
    const stack = file.slice('Pulumi.'.length, -'.yaml'.length);
    const { topology, problems } = lintStack(text, { stack, file });
    const warnings = stack.endsWith('weave') ? ['cni weave: its project is archived since June 2024'] : [];
    expect(problems.map(({ message }) => message.split(',')[0])).toEqual(warnings);
    await expect(`${JSON.stringify(topology, undefined, 2)}\n`).toMatchFileSnapshot(
      `../../golden/topology/${stack}.json`,
    );
  });
});

test('an empty file is the quickstart room under another name', () => {
  const quickstart = loadTopology(readFileSync('stacks/Pulumi.quickstart.yaml', 'utf8'), {
    stack: 'quickstart',
    file: 'f',
  });
  expect(loadTopology('', { stack: 'quickstart', file: 'f' })).toEqual(quickstart);
});

describe('addresses', () => {
  const room = (cidr: string, nodes: string) => {
    return load(`config:\n  podlab:networks: { lan: { mode: nat, cidr: ${cidr} } }\n  podlab:nodes: ${nodes}`);
  };

  test('node number n gets .10 + n where that fits every node', () => {
    expect(addresses(room('10.1.0.0/28', '{ count: 4 }')).flat()).toEqual([
      '10.1.0.11',
      '10.1.0.12',
      '10.1.0.13',
      '10.1.0.14',
    ]);
  });

  test('otherwise they follow the gateway', () => {
    const ips = addresses(room('10.1.0.0/28', '{ count: 13 }')).flat();
    expect([ips[0], ips[12]]).toEqual(['10.1.0.2', '10.1.0.14']);
    expect(addresses(room('10.1.0.0/30', '{ count: 1 }')).flat()).toEqual(['10.1.0.2']);
  });

  test('fixed ones are honoured, and a node whose number is taken gets the lowest free one', () => {
    const nodes = `
    - { name: a, networks: [lan] }
    - { name: b, networks: [lan] }
    - { name: c, networks: [{ network: lan, ip: 10.1.0.12 }] }
    - { name: d, networks: [{ network: lan, ip: 10.1.0.2 }] }
    - { name: e, networks: [lan] }`;
    expect(addresses(room('10.1.0.0/24', nodes)).flat()).toEqual([
      '10.1.0.11',
      '10.1.0.3',
      '10.1.0.12',
      '10.1.0.2',
      '10.1.0.15',
    ]);
  });

  test('a node has the same number on every network, also where others are absent', () => {
    const text = 'config:\n  podlab:nodes: [{ name: a, networks: [nat] }, { name: b }]';
    expect(addresses(load(text))).toEqual([['192.168.122.11'], ['192.168.122.12', '192.168.39.12']]);
  });
});

test('units, overrides and fixed MACs arrive as numbers and canonical text', () => {
  const { nodes } = load(`config:
  podlab:networks:
    wan: { mode: nat, cidr: 10.1.0.0/24, mtu: 9000, delay: 20ms, jitter: 2ms, loss: 0.5%, rate: 1.5mbit }
  podlab:nodes:
    - { name: a, cpus: 0.5, memory: 2GiB, networks: [wan] }
    - { name: b, networks: [{ network: wan, mac: 52-54-00-AA-00-01, mtu: 1400, delay: 1.1s, rate: 64kbit }] }`);
  expect(nodes.map(({ cpus, memoryMiB }) => ({ cpus, memoryMiB }))).toEqual([
    { cpus: 0.5, memoryMiB: 2048 },
    { cpus: 0, memoryMiB: 0 },
  ]);
  const [a, b] = nodes.map(({ nics }) => nics[0]);
  expect(a).toMatchObject({
    mtuBytes: 9000,
    impairment: { delayMs: 20, jitterMs: 2, lossPercent: 0.5, rateKbit: 1500 },
  });
  expect(b).toMatchObject({
    mac: '52:54:00:aa:00:01',
    mtuBytes: 1400,
    impairment: { delayMs: 1100, jitterMs: 2, lossPercent: 0.5, rateKbit: 64 },
  });
});

test('the default gateway is that of the first NAT network in the order of the node', () => {
  const { nodes } = load(`config:
  podlab:networks:
    in: { mode: isolated, cidr: 10.1.0.0/24 }
    x: { mode: nat, cidr: 10.2.0.0/24 }
    y: { mode: nat, cidr: 10.3.0.0/24 }
  podlab:nodes:
    - { name: a, networks: [in, y, x] }
    - { name: b, networks: [in] }`);
  expect(nodes.map(({ defaultGateway }) => defaultGateway)).toEqual(['10.3.0.1', '']);
});

describe('the CNI block', () => {
  const cniOf = (block: string, ...rest: readonly string[]) =>
    load(['config:', '  podlab:engine: kubernetes', `  podlab:cni: ${block}`, ...rest].join('\n')).cni;
  const none = { as: 0, serviceProxy: false, manifest: '', registry: '' };
  test.each([
    ['{}', { ...none, name: 'none', routes: '', mtuBytes: 1500 }],
    ['{ name: flannel }', { ...none, name: 'flannel', routes: 'vxlan', mtuBytes: 1450 }],
    ['{ name: flannel, routes: host-gw }', { ...none, name: 'flannel', routes: 'host-gw', mtuBytes: 1500 }],
    ['{ name: calico, routes: ipip }', { ...none, name: 'calico', routes: 'ipip', mtuBytes: 1480 }],
    ['{ name: weave }', { ...none, name: 'weave', routes: 'fastdp', mtuBytes: 1376 }],
    ['{ name: kube-router, mtu: 1200 }', { ...none, name: 'kube-router', routes: 'bgp', mtuBytes: 1200, as: 64_512 }],
    [
      '{ name: bridge, routes: bgp, as: per-node }',
      { ...none, name: 'bridge', routes: 'bgp', mtuBytes: 1500, as: 'per-node' },
    ],
    [
      '{ name: calico, as: 4200000001, manifest: ./c.yaml, registry: "registry.example:5000/x" }',
      {
        name: 'calico',
        routes: 'bgp',
        mtuBytes: 1500,
        as: 4_200_000_001,
        serviceProxy: false,
        manifest: './c.yaml',
        registry: 'registry.example:5000/x',
      },
    ],
  ])('%s', (block, expected) => {
    expect(cniOf(block)).toEqual(expected);
  });

  test('has the MTU of the smallest interface that carries it', () => {
    const nodes = '  podlab:nodes: [{ name: a }, { name: b, networks: [{ network: isolated, mtu: 1400 }] }]';
    expect(cniOf('{ name: flannel }', nodes).mtuBytes).toBe(1350);
    expect(cniOf('{ name: flannel }', nodes, '  podlab:kubernetes: { advertise: isolated }').mtuBytes).toBe(1350);
  });
});

test('racks are names of nodes, and empty where none is written', () => {
  const text = `config:
  podlab:engine: kubernetes
  podlab:nodes: [{ name: a, rack: left }, { name: b, rack: right }]
  podlab:cni: { name: bridge, routes: bgp, as: per-rack }`;
  expect(load(text).nodes.map(({ rack }) => rack)).toEqual(['left', 'right']);
  expect(load('').nodes.map(({ rack }) => rack)).toEqual(['', '']);
});

test('the cluster advertises on the first isolated network, unless told otherwise', () => {
  expect(load('').kubernetes).toMatchObject({ advertise: 'isolated', advertiseAddress: '192.168.39.11' });
  expect(load('config:\n  podlab:kubernetes: { advertise: nat }').kubernetes).toMatchObject({
    advertise: 'nat',
    advertiseAddress: '192.168.122.11',
  });
});

test('a wrong file throws STACK_INVALID with every error and no warning', () => {
  const text = 'config:\n  podlab:uplink: maybe\n  podlab:cni: { name: weave }\n  podlab:nodes: [{ name: A }]';
  let thrown: unknown;
  try {
    load(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(LabError);
  expect(thrown).toMatchObject({
    code: 'STACK_INVALID',
    message: 'f has 2 problems',
    problems: [
      { line: 2, column: 18, severity: 'error' },
      { line: 4, column: 26, severity: 'error' },
    ],
  });
});

/** Text that looks like a stack file, with a fair share of mistakes. */
const word = fc.oneof(
  fc.constantFrom(
    'nat',
    'isolated',
    'sandbox',
    'docker',
    'node1',
    'gateway',
    '10.1.0.0/24',
    '10.1.0.0/30',
    '10.96.0.0/12',
  ),
  fc.constantFrom(
    'true',
    '7',
    '-1',
    '20ms',
    '5%',
    '~',
    '[]',
    '{}',
    '*a',
    '&a x',
    '!!x y',
    '"',
    "'",
    '|',
    '? a',
    '<<',
    '__proto__',
  ),
  fc.string({ maxLength: 8 }),
);
const key = fc.oneof(
  fc.constantFrom('config', 'podlab:driver', 'podlab:networks', 'podlab:nodes', 'podlab:kubernetes', 'podlab:cni'),
  fc.constantFrom('name', 'mode', 'cidr', 'networks', 'network', 'ip', 'mac', 'count', 'delay', 'constructor'),
  word,
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    word,
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((pairs) => {
      return `{ ${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')} }`;
    }),
  ),
}));
const stackLike = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.tuple(key, tree), { maxLength: 6 }).map((pairs) => {
    return `config:\n${pairs.map(([name, value]) => `  ${name}: ${value}`).join('\n')}`;
  }),
);

test('any text gives a topology, or a problem with a place inside the file, and never throws', () => {
  fc.assert(
    fc.property(stackLike, (text) => {
      const { topology, problems } = lintStack(text, { stack: 'lab', file: 'f' });
      expect(topology !== undefined || problems.some(({ severity }) => severity === 'error')).toBe(true);
      const lines = text.split('\n');
      for (const { line, column, message, hint } of problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        expect(message).not.toBe('');
        expect(hint).toMatch(/\.$/);
      }
    }),
    { numRuns: 2000 },
  );
});

const validStack = fc
  .record({
    networks: fc.integer({ min: 1, max: 4 }),
    prefix: fc.integer({ min: 24, max: 27 }),
    nodes: fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/),
        on: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
        fixed: fc.option(fc.integer({ min: 2, max: 29 })),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ networks, prefix, nodes }) => {
    const names = Array.from({ length: networks }, (_, n) => `net${n}`);
    const taken = new Set<number>();
    const rows = nodes.map(({ name, on, fixed }, n) => {
      const own = fixed === null || taken.has(fixed) ? undefined : fixed;
      if (own !== undefined) taken.add(own);
      const nics = [...new Set(on.map((index) => index % networks))].map((index) => {
        return own === undefined ? `net${index}` : `{ network: net${index}, ip: 10.1.${index}.${own} }`;
      });
      return `    - { name: ${name}-${n}, networks: [${nics.join(', ')}] }`;
    });
    const ranges = names.map((name, n) => `    ${name}: { mode: nat, cidr: 10.1.${n}.0/${prefix} }`);
    return ['config:', '  podlab:networks:', ...ranges, '  podlab:nodes:', ...rows].join('\n');
  });

test('in any right room no two NICs share an address, a MAC or a port, and all are where they belong', () => {
  fc.assert(
    fc.property(validStack, (text) => {
      const topology = load(text);
      expect(load(text)).toEqual(topology);
      const { raw } = parseStack(text, 'other');
      expect(raw && resolveTopology(raw, { stack: 'lab' }).topology).toEqual(topology);
      const nics = topology.nodes.flatMap((node) => node.nics);
      const names = [...topology.networks.map(({ bridge }) => bridge), ...nics.map(({ port }) => port)];
      expect(new Set(nics.map(({ ip }) => ip)).size).toBe(nics.length);
      expect(new Set(nics.map(({ mac }) => mac)).size).toBe(nics.length);
      expect(new Set(names).size).toBe(names.length);
      expect(names.map(ifaceNameFault).filter((fault) => fault !== '')).toEqual([]);
      for (const { network, ip, prefix } of nics) {
        const { cidr, gateway } = topology.networks.find(({ name }) => name === network) ?? { cidr: '', gateway: '' };
        const range = cidrOf(cidr);
        const address = parseIp(ip) ?? 0;
        expect(containsAddress(range, address) && prefix === range.prefix).toBe(true);
        expect([formatIp(range.base), gateway, formatIp(lastAddress(range))]).not.toContain(ip);
      }
    }),
  );
});
