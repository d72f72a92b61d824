// Drawings of a room: golden files to look at, and what must hold for every room.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderMermaidGraph } from '../../../src/topology/graph-mermaid.ts';
import { renderSvgGraph } from '../../../src/topology/graph-svg.ts';
import { renderTextGraph } from '../../../src/topology/graph-text.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { textWidth } from '../../../src/topology/svg-parts.ts';

const load = (text: string, stack = 'lab') => loadTopology(text, { stack, file: 'f' });
const shipped = (stack: string) => load(readFileSync(`stacks/Pulumi.${stack}.yaml`, 'utf8'), stack);

const crowded = load(
  `config:
  podlab:uplink: true
  podlab:networks:
    nat: { mode: nat, cidr: 192.168.122.0/24 }
    lan: { mode: isolated, cidr: 192.168.39.0/24, mtu: 9000 }
    storage-network-with-a-very-long-name: { mode: isolated, cidr: 192.168.40.0/24, delay: 20ms, loss: 0.5%, rate: 100mbit }
    dmz: { mode: nat, cidr: 192.168.123.0/24 }
  podlab:nodes:
    - { name: node1, networks: [nat, lan, dmz], cpus: 2, memory: 2GiB }
    - { name: a-node-with-a-name-as-long-as-rfc-1123-allows-which-is-63-bytes, networks: [lan] }
    - { name: node3, networks: [storage-network-with-a-very-long-name] }
    - { name: node4, networks: [nat, storage-network-with-a-very-long-name] }`,
  'crowded',
);
const fifty = load('config:\n  podlab:nodes: { count: 50 }', 'fifty');
const rooms = {
  quickstart: shipped('quickstart'),
  'two-sites': shipped('two-sites'),
  docker: shipped('docker'),
  crowded,
  fifty,
};

describe.each(Object.entries(rooms))('%s', (name, room) => {
  test('as text', async () => {
    const text = renderTextGraph(room);
    await expect(text).toMatchFileSnapshot(`../../golden/graph/${name}.txt`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text.split('\n').filter((line) => line.endsWith(' '))).toEqual([]);
  });

  test('as Mermaid', async () => {
    await expect(renderMermaidGraph(room)).toMatchFileSnapshot(`../../golden/graph/${name}.mmd`);
  });

  test('as SVG, with all text inside the picture and inside some box', async () => {
    const svg = renderSvgGraph(room);
    await expect(svg).toMatchFileSnapshot(`../../golden/graph/${name}.svg`);
    const boxes = [...svg.matchAll(/<rect class="(\S+)" x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"/g)].map(
      ([, kind, ...numbers]) => ({ kind, numbers: numbers.map(Number) }),
    );
    const page = boxes.filter(({ kind }) => kind === 'page');
    const others = boxes.filter(({ kind }) => kind !== 'page');
    const words = [...svg.matchAll(/<text class="(\w+)[^"]*" x="(\S+)" y="(\S+)"( text-anchor="middle")?>([^<]*)</g)];
    expect(words.length).toBeGreaterThan(5);
    for (const [, look, x, y, isCentred, content = ''] of words) {
      const width = textWidth(content, look as 'mono');
      const left = Number(x) - (isCentred ? width / 2 : 0);
      const holders = look === 'title' ? page : others;
      const isHeld = holders.some(({ numbers: [bx = 0, by = 0, bw = 0, bh = 0] }) => {
        return left >= bx && left + width <= bx + bw && Number(y) - 10 >= by && Number(y) + 3 <= by + bh;
      });
      expect({ content, isHeld }).toEqual({ content, isHeld: true });
    }
  });
});

test('every node, address and network is in every drawing', () => {
  const room = rooms.quickstart;
  for (const drawing of [renderTextGraph(room), renderMermaidGraph(room), renderSvgGraph(room)]) {
    for (const { name, nics } of room.nodes) {
      expect(drawing).toContain(name);
      for (const { iface, ip } of nics) expect(drawing).toContain(`${iface} ${ip}`);
    }
    for (const { name, cidr, gateway } of room.networks) {
      for (const word of [name, cidr, `gateway ${gateway}`]) expect(drawing).toContain(word);
    }
  }
});

test('a room of isolated networks has no way out in any drawing', () => {
  const room = load('config:\n  podlab:networks: { lan: { mode: isolated, cidr: 10.1.0.0/24 } }');
  for (const drawing of [renderTextGraph(room), renderMermaidGraph(room), renderSvgGraph(room)]) {
    expect(drawing).not.toContain('203.0.113');
    expect(drawing).toContain('no way out');
  }
});

test('what a name could smuggle into a drawing is escaped', () => {
  const room = { ...rooms.quickstart, stack: '<b>&"' };
  const [first] = room.nodes;
  const hostile = { ...room, nodes: first === undefined ? [] : [{ ...first, name: '"];click <x>&' }] };
  expect(renderMermaidGraph(hostile)).toContain('node0["#34;]#59;click #60;x#62;#38;"]:::node');
  const svg = renderSvgGraph(hostile);
  expect(svg).toContain('&quot;];click &lt;x&gt;&amp;</text>');
  expect(svg).toContain('<title>&lt;b&gt;&amp;&quot;: sandbox, engine none</title>');
});
