// What the Pulumi program registers for seats of workshops: machines on libvirt hosts, objects on a cluster.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type ClusterStack, renderClusterStack } from '../../../src/fleet/cluster-stack.ts';
import { placeFor } from '../../../src/fleet/kubernetes-place.ts';
import { resolveLibvirt, type SeatHost } from '../../../src/fleet/libvirt-place.ts';
import { parseWorkshop } from '../../../src/fleet/parse-workshop.ts';
import { seatObjects, workshopObjects } from '../../../src/fleet/seat-objects.ts';
import { readTemplate, renderSeatStack, type SeatTemplate } from '../../../src/fleet/seat-stack.ts';
import type { Seat } from '../../../src/fleet/workshop.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { readYaml } from '../../../src/topology/yaml-document.ts';
import { mockPulumi, type Registered, roomSettings, root, settled } from './vm-room.ts';

let registered: Registered[];
let labRoom: typeof import('../../../src/infra/lab-room.ts')['labRoom'];
let workshopProgram: typeof import('../../../src/infra/workshop-program.ts')['workshopProgram'];
let dir = '';

beforeAll(async () => {
  registered = await mockPulumi();
  ({ labRoom } = await import('../../../src/infra/lab-room.ts'));
  ({ workshopProgram } = await import('../../../src/infra/workshop-program.ts'));
});

beforeEach(() => {
  registered.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const seat: Seat = { number: 3, stack: 'day1-03', person: 'Ada' };

test('a seat on another host has its own names, networks and addresses, and is reached through that host', async () => {
  const text = 'config:\n  podlab:nodes: [{ name: node1, cpus: 1, memory: 512MiB }]\n';
  const { template } = readTemplate({ name: 'vms', text, file: '/vms.yaml' }, 'day1', (path) => path);
  const { cidr, hosts } = resolveLibvirt({ hosts: [{ uri: 'qemu+ssh://lab@two/system' }] });
  const host = hosts[0] as SeatHost;
  const file = renderSeatStack({ template: template as SeatTemplate, workshop: 'day1', cidr, seat, host });
  const topology = loadTopology(file, { stack: seat.stack, file: 'Pulumi.day1-03.yaml' });
  await settled(() => labRoom(topology, roomSettings(topology, { uri: host.uri })));
  await expect(render(registered)).toMatchFileSnapshot('../../golden/pulumi/seat.yaml');
});

const workshopText = 'name: day1\nstack: quickstart\nlabs: [by-hand]\nseats: 3\nplace: kubernetes\n';
const facts = { workshop: 'day1', hasOwnUsers: true, hasClaims: true, ownsNamespace: true } as const;
const template = join(root, 'stacks', 'Pulumi.quickstart.yaml');

/** Runs the program with the configuration of a stack file that podlab has written. */
async function program(which: Seat | undefined, changes: Partial<ClusterStack> = {}): Promise<readonly string[]> {
  const file = join(dir, 'workshop.yaml');
  writeFileSync(file, workshopText + (changes.workshop ?? ''));
  const text = renderClusterStack({ ...facts, ...changes, workshop: 'day1', file, template, seat: which });
  const { config } = readYaml(text, '').data as { config: Record<string, unknown> };
  return settled(() => workshopProgram((key) => (key in config ? String(config[key]) : undefined)));
}

const objects = () => registered.filter(({ type }) => /^kubernetes:.*v1/.test(type)).map(({ inputs }) => inputs);

test("a seat's stack on a cluster has the objects that fleet up applies for that seat, and those of no other", async () => {
  expect(await program(seat)).toEqual(['persistentvolumeclaim day1-03', 'deployment day1-03', 'service day1-03']);
  expect(sorted(objects())).toEqual(sorted(seatObjects(planOf(), seat)));
});

test('what all seats share is a stack of its own', async () => {
  expect(await program(undefined)).toEqual(['namespace podlab-day1', 'configmap day1', 'networkpolicy day1']);
  expect(sorted(objects())).toEqual(sorted(workshopObjects(planOf())));
});

test('what only the cluster knows is in the configuration', async () => {
  expect(await program(undefined, { ownsNamespace: false })).toEqual(['configmap day1', 'networkpolicy day1']);
  expect(await program(seat, { hasClaims: false })).toEqual(['deployment day1-03', 'service day1-03']);
});

test('a seat that the workshop has no more, and a workshop of another place, are refused', async () => {
  await expect(program({ ...seat, number: 9 })).rejects.toMatchObject({ code: 'USAGE' });
  writeFileSync(join(dir, 'local.yaml'), workshopText.replace('kubernetes', 'local'));
  const config = new Map([['fleet:workshop', join(dir, 'local.yaml')]]);
  expect(() => workshopProgram((key) => config.get(key))).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(() => workshopProgram(() => undefined)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

function planOf() {
  const { workshop } = parseWorkshop({ text: workshopText, file: '', roster: () => undefined });
  if (workshop?.kubernetes === undefined) throw new Error('no workshop on a cluster');
  return {
    workshop: { ...workshop, kubernetes: placeFor(workshop.kubernetes, 'none') },
    template: { text: readFileSync(template, 'utf8'), engine: 'none' as const },
    ...{ hasOwnUsers: true, hasClaims: true, ownsNamespace: true },
  };
}

/** By kind; as JSON, which is what the engine and the API get. */
function sorted(list: readonly object[]): readonly unknown[] {
  const plain = JSON.parse(JSON.stringify(list)) as { kind: string }[];
  return plain.sort((one, other) => (one.kind < other.kind ? -1 : 1));
}

/** Sorted; without private keys, which the goldens of other rooms are without too. */
function render(resources: readonly Registered[]): string {
  const key = ({ type, name }: Registered) => `${type} ${name}`;
  const list = [...resources].sort((one, other) => (key(one) < key(other) ? -1 : 1));
  const open = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && '4dabf18193072939515e22adb298388d' in value
      ? { secret: (value as unknown as { value: unknown }).value }
      : value;
  const plain = JSON.stringify(list, open).replaceAll(/-----BEGIN.*?END OPENSSH PRIVATE KEY-----/g, 'PRIVATE KEY');
  return stringify(JSON.parse(plain), { lineWidth: 0, aliasDuplicateObjects: false });
}
