// Which file a word means. A verb gets its roots from the app, so these bring their own.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { findStackFile, knownStacks, lintFile, roomName } from '../../../src/cli/stack-files.ts';
import type { RoomStatus } from '../../../src/driver/driver.ts';
import { libvirtNames } from '../../../src/infra/names.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  for (const [root, stack, text] of [
    ['here', 'mine', 'mine'],
    ['here', 'both', 'from here'],
    ['own', 'both', 'from podlab'],
    ['own', 'quickstart', 'quick'],
  ] as const) {
    mkdirSync(join(dir, root, 'stacks'), { recursive: true });
    writeFileSync(join(dir, root, 'stacks', `Pulumi.${stack}.yaml`), text);
  }
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The part of the app that these functions use. */
function appWith(env: App['env'] = {}, rooms: readonly string[] = []): App {
  const driver = { list: async () => rooms.map((stack) => ({ stack }) as RoomStatus) };
  const paths = { runtime: join(dir, 'run'), state: join(dir, 'state'), cache: join(dir, 'cache') };
  const app = { env, paths, roots: [join(dir, 'here'), join(dir, 'own')], driver: async () => driver };
  return app as unknown as App;
}

describe('a stack file', () => {
  test('is found by the name of its stack, the present directory first', () => {
    expect(findStackFile(appWith(), 'both')).toEqual({
      stack: 'both',
      file: join(dir, 'here', 'stacks', 'Pulumi.both.yaml'),
      text: 'from here',
    });
    expect(findStackFile(appWith(), 'quickstart').text).toBe('quick');
  });

  test('is the quickstart when nobody says anything, and what PODLAB_STACK says before that', () => {
    expect(findStackFile(appWith(), undefined).stack).toBe('quickstart');
    expect(findStackFile(appWith({ PODLAB_STACK: '' }), undefined).stack).toBe('quickstart');
    expect(findStackFile(appWith({ PODLAB_STACK: 'mine' }), undefined).stack).toBe('mine');
    expect(findStackFile(appWith({ PODLAB_STACK: 'mine' }), 'both').stack).toBe('both');
  });

  test.each([
    ['Pulumi.room-7.yaml', 'room-7'],
    ['Pulumi.room-7.yml', 'room-7'],
    ['room-7.yaml', 'room-7'],
  ])('with the path %s is of stack %s', (name, stack) => {
    const file = join(dir, name);
    writeFileSync(file, 'text');
    expect(findStackFile(appWith(), file)).toEqual({ stack, file, text: 'text' });
  });

  test('that is not there is named with those that are', () => {
    const unknown = {
      code: 'NOT_FOUND',
      message: 'there is no stack "mina"',
      hint: 'There are: both, mine, quickstart.',
    };
    expect(() => findStackFile(appWith(), 'mina')).toThrow(expect.objectContaining(unknown));
    const missing = { code: 'NOT_FOUND', message: `there is no stack file ${dir}/none.yaml` };
    expect(() => findStackFile(appWith(), join(dir, 'none.yaml'))).toThrow(expect.objectContaining(missing));
    expect(() => findStackFile(appWith(), dir)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('is offered once, wherever it lies', () => {
    expect(knownStacks(appWith())).toEqual(['both', 'mine', 'quickstart']);
  });
});

describe('a room', () => {
  test('is the one that is named, by word, by file or by PODLAB_STACK', async () => {
    expect(await roomName(appWith({ PODLAB_STACK: 'b' }, ['x', 'y']), 'a')).toBe('a');
    expect(await roomName(appWith({}, ['x', 'y']), './labs/Pulumi.a.yaml')).toBe('a');
    expect(await roomName(appWith({ PODLAB_STACK: 'b' }, ['x', 'y']), undefined)).toBe('b');
  });

  test('is the only one, when nothing is named', async () => {
    expect(await roomName(appWith({}, ['x']), undefined)).toBe('x');
    await expect(roomName(appWith(), undefined)).rejects.toMatchObject({
      code: 'STACK_NOT_UP',
      hint: 'Run "podlab up".',
    });
    await expect(roomName(appWith({}, ['x', 'y']), undefined)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'several rooms are up: x, y',
    });
  });
});

describe('a stack file is held against the routes of this machine', () => {
  const text = `config:
  podlab:driver: libvirt
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/24 }
  podlab:nodes: [{ name: node1, networks: [nat, isolated] }]
`;
  const found = { stack: 'vms', file: 'f', text };
  const bridgeOf = (stack: string, network: string) =>
    libvirtNames(loadTopology(text, { stack, file: 'f' })).networks.get(network)?.bridge ?? '';
  const overlaps = async (...routes: readonly (readonly [string, string])[]) => {
    const all = routes.map(([cidr, dev]) => ({ cidr, dev }));
    return (await lintFile(found, undefined, all)).problems.map(({ message }) => message);
  };

  test('the bridges of the room itself are no overlap, while it is up', async () => {
    const own = [
      ['192.168.122.0/24', bridgeOf('vms', 'nat')],
      ['192.168.39.0/24', bridgeOf('vms', 'isolated')],
    ] as const;
    expect(await overlaps(...own)).toEqual([]);
    expect(await overlaps(...own, ['10.1.0.0/16', 'eth0'])).toEqual([]);
  });

  test("another room's bridge and libvirt's own network are", async () => {
    const theirs = bridgeOf('vms2', 'nat');
    expect(theirs).not.toBe(bridgeOf('vms', 'nat'));
    expect(await overlaps(['192.168.122.0/24', theirs])).toEqual([expect.stringContaining(theirs)]);
    expect(await overlaps(['192.168.122.0/24', 'virbr0'])).toEqual([expect.stringContaining('virbr0')]);
    // Its own bridge with a range that is another network's of the file.
    expect(await overlaps(['192.168.39.0/24', bridgeOf('vms', 'isolated')], ['192.168.122.0/23', theirs])).toEqual([
      expect.stringContaining(theirs),
    ]);
  });
});
