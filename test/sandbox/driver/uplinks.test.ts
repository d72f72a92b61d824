// Rooms with an uplink on a machine that the test makes for them: a network namespace of their own.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDesk } from '../../support/podlab.ts';

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
const reason = isRoot ? '' : ' (skipped: an uplink needs root)';
const podlab = `${process.execPath} ${join(import.meta.dirname, '..', '..', '..', 'bin', 'podlab.mjs')}`;

/** Standard output of a script on a machine with one address, 192.0.2.1, and the value of its forwarding switch. */
function onMachine(root: string, forwards: 0 | 1, script: readonly string[]): readonly string[] {
  const lines = [
    'ip link set lo up',
    'ip address add 192.0.2.1/32 dev lo',
    `echo ${forwards} >/proc/sys/net/ipv4/ip_forward`,
    `up() { ${podlab} up ${root}/Pulumi.$1.yaml >/dev/null || echo "up $1: $?"; }`,
    `down() { ${podlab} down $1 >/dev/null || echo "down $1: $?"; }`,
    `reach() { ${podlab} exec -s $1 node1 -- ping -c1 -W2 192.0.2.1 >/dev/null && echo "$1 reaches"; }`,
    'look() { echo "forwards $(cat /proc/sys/net/ipv4/ip_forward), $(ip -o link | wc -l) links, $(nft list tables | wc -l) tables"; }',
    ...script,
  ];
  const argv = ['--net', 'sh', '-c', lines.join('\n')];
  const env = { ...process.env, PODLAB_ROOT: root };
  const { stdout, stderr, status } = spawnSync('unshare', argv, { encoding: 'utf8', env, timeout: 60_000 });
  expect({ status, stderr: stderr.replace(/^making .*\n|^joining .*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

asRoot(`forwarding is turned off by the last of two rooms, whichever that is${reason}`, async () => {
  await withDesk(async (desk) => {
    for (const stack of ['first', 'second']) desk.stackFile(stack, 'podlab:uplink: true');
    const said = onMachine(desk.root, 0, [
      ...['up first', 'up second', 'look', 'down first', 'reach second', 'look', 'down second', 'look'],
      ...['up first', 'up second', 'down second', 'reach first', 'down first', 'look'],
    ]);
    expect(said).toEqual([
      'forwards 1, 3 links, 2 tables',
      'second reaches',
      'forwards 1, 2 links, 1 tables',
      'forwards 0, 1 links, 0 tables',
      'first reaches',
      'forwards 0, 1 links, 0 tables',
    ]);
  });
});

asRoot(`a machine that forwards by itself goes on doing so${reason}`, async () => {
  await withDesk(async (desk) => {
    desk.stackFile('guest', 'podlab:uplink: true');
    expect(onMachine(desk.root, 1, ['up guest', 'down guest', 'look'])).toEqual(['forwards 1, 1 links, 0 tables']);
  });
});

asRoot(`up copes with the cable of a room whose builder was killed${reason}`, async () => {
  await withDesk(async (desk) => {
    desk.stackFile('half', 'podlab:uplink: true');
    const record = join(desk.root, 'run', 'half', 'record.json');
    // What a builder remembers before it makes the cable.
    const unfinished = `sed -i 's/"state":"up"/"state":"starting"/' ${record}`;
    const said = onMachine(desk.root, 0, ['up half', unfinished, 'up half', 'reach half', 'look', 'down half', 'look']);
    expect(said).toEqual(['half reaches', 'forwards 1, 2 links, 1 tables', 'forwards 0, 1 links, 0 tables']);
  });
});

asRoot(`a stack whose cable would take addresses that the machine routes elsewhere is refused${reason}`, async () => {
  await withDesk(async (desk) => {
    const file = desk.stackFile('taken', 'podlab:uplink: true');
    const { steps } = JSON.parse((await desk.podlab('preview', file, '--json')).stdout);
    const address = steps.flatMap(({ run }: { run: string[] }) => run).find((word: string) => word.endsWith('/30'));
    const said = onMachine(desk.root, 0, [
      `ip link add v0 type veth peer name v1; ip address add ${address} dev v0; ip link set v0 up`,
      `${podlab} up ${file} 2>&1`,
      'look',
    ]);
    expect(said[0]).toMatch(
      /^podlab: uplink of "taken": 198\.1[89]\.\d+\.\d+\/30 overlaps the route .* of v0 \[HOST_UNSUITABLE\]$/,
    );
    expect(said.at(-1)).toBe('forwards 0, 3 links, 0 tables');
  });
});
