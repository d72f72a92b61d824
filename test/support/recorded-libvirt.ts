// What a real libvirt has said of one room, and that room.

import { readFileSync } from 'node:fs';
import { loadTopology } from '../../src/topology/load-topology.ts';

export const recorded = (name: string) =>
  readFileSync(new URL(`../unit/probe/fixtures/${name}`, import.meta.url), 'utf8');

/** The room in which it was recorded. */
export const recordedRoom = loadTopology(
  `config:
  podlab:driver: libvirt
  podlab:engine: kubernetes
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/24 }
  podlab:nodes: [{ name: node1, networks: [nat, isolated] }]
`,
  { stack: 'vm', file: 'vm.yaml' },
);
