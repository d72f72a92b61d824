import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDesk } from '../../support/podlab.ts';
import { tracesOf } from '../../support/traces.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
const reason = isRoot ? '' : ' (skipped: needs root)';

/** A shell in network and mount namespaces of its own: the "machine" of a test that changes one. */
function onScratchMachine(script: string, env: NodeJS.ProcessEnv = {}) {
  const argv = ['--net', '--mount', 'sh', '-ec', `ip link set lo up; ${script}`];
  return spawnSync('unshare', argv, { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 60_000 });
}

asRoot(`what preview prints can be pasted, and the room works${reason}`, async () => {
  await withDesk(async (desk) => {
    const plan = join(desk.root, 'plan.sh');
    writeFileSync(plan, (await desk.podlab('preview', desk.stackFile('paste'))).stdout);
    const pings = [
      'ip netns exec node1 ping -c1 -W1 203.0.113.10',
      'ip netns exec node2 ping -c1 -W1 192.168.39.11',
      '! ip netns exec node1 ping -c1 -W1 -I eth1 203.0.113.10',
    ];
    const { status, stderr } = onScratchMachine(`mount -t tmpfs none /run; . ${plan}; ${pings.join('; ')}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

asRoot(`an uplink reaches the machine, and down takes it back, also after a kill${reason}`, async () => {
  await withDesk(async (desk) => {
    const file = desk.stackFile('joined', 'podlab:uplink: true');
    const podlab = `${process.execPath} ${join(root, 'bin', 'podlab.mjs')}`;
    const before = 'ip address add 192.0.2.1/32 dev lo; echo 0 >/proc/sys/net/ipv4/ip_forward';
    const look = 'ip -o link | wc -l; nft list tables; cat /proc/sys/net/ipv4/ip_forward';
    const reach = `${podlab} exec -s joined node1 -- ping -c1 -W2 192.0.2.1 >/dev/null && echo reached`;
    const kill = `kill -9 $(cut -d" " -f1 ${desk.root}/run/joined/owner)`;
    const script = [
      before,
      `${podlab} up ${file} >/dev/null 2>&1; ${look}; ${reach}`,
      `${podlab} down joined >/dev/null; ${look}`,
      `${podlab} up ${file} >/dev/null 2>&1; ${kill}; ${podlab} down joined >/dev/null; ${look}`,
    ].join('; ');
    const { stdout, status } = onScratchMachine(script, { PODLAB_ROOT: desk.root });
    const gone = ['1', '0'];
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(['2', 'table ip podlab_joined', '1', 'reached', ...gone, ...gone]);
  });
});

asRoot(`an ordinary user builds a room, works in it and removes it${reason}`, async () => {
  await withDesk(async (desk) => {
    // A copy that others can read: the checkout may lie in a directory that is closed to them.
    const home = join(desk.root, 'home');
    const copy = join(desk.root, 'podlab');
    for (const name of ['bin', 'src', 'stacks', 'labs', 'package.json', 'node_modules']) {
      cpSync(join(root, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
    }
    mkdirSync(home);
    chmodSync(desk.root, 0o755);
    chmodSync(home, 0o777);
    const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const run = (...words: string[]) =>
      spawnSync('setpriv', [...user, join(copy, 'node_modules/.bin/node'), join(copy, 'bin/podlab.mjs'), ...words], {
        encoding: 'utf8',
        cwd: home,
        env: { PATH: process.env.PATH, HOME: home },
        timeout: 60_000,
      });
    try {
      expect(run('up', 'quickstart')).toMatchObject({ status: 0 });
      expect(run('exec', 'node1', '--', 'ping', '-c1', '-W2', 'outside')).toMatchObject({ status: 0 });
      expect(run('exec', 'node1', '--', 'id', '-u')).toMatchObject({ status: 0, stdout: '0\n' });
      expect(run('check', 'by-hand/bridge')).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('There is no bridge `cni0`'),
      });
      expect(run('up', 'docker')).toMatchObject({
        status: 4,
        stderr: expect.stringContaining('engine docker needs root'),
      });
    } finally {
      expect(run('down', 'quickstart')).toMatchObject({ status: 0 });
    }
    expect(tracesOf('quickstart', home).filter((trace) => !trace.startsWith('file'))).toEqual([]);
  });
});

test('a lab that reaches outside its directory is refused, and a strange one runs nothing before it is trusted', async () => {
  await withDesk(async (desk) => {
    const lab = join(desk.root, 'mine');
    cpSync(join(root, 'labs', 'by-hand'), lab, { recursive: true });
    spawnSync('sh', ['-c', `sed -i 's#by-hand/#mine/#g' ${lab}/*.md`]);
    const refused = await desk.podlab('check', '--lab', lab, 'bridge');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('[LAB_UNTRUSTED]') });
    expect(JSON.parse((await desk.podlab('list', '--json')).stdout).rooms).toEqual([]);
    expect((await desk.podlab('trust', lab)).exitCode).toBe(0);
    expect(await desk.podlab('check', '--lab', lab, 'bridge')).toMatchObject({ exitCode: 1 });
    writeFileSync(join(lab, '03-bridge.md'), '\n', { flag: 'a' });
    expect((await desk.podlab('check', '--lab', lab, 'bridge')).stderr).toContain('[LAB_UNTRUSTED]');
    symlinkSync('/etc/hostname', join(lab, '99-out.md'));
    const outside = await desk.podlab('lint', lab);
    expect(outside.exitCode).toBe(2);
    expect(outside.stdout).toContain('99-out.md');
  });
});
