// The ways onto nodes that podlab has not made: a real sshd, a real dockerd, each in a node of the sandbox; the person sits at its gateway.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lookAtNode } from '../../src/driver/existing/attached-nodes.ts';
import { writeAttached } from '../../src/driver/existing/attached-record.ts';
import { attachedRooms } from '../../src/driver/existing/attached-rooms.ts';
import type { Argv, Executor } from '../../src/host/host.ts';
import { quoteCommand, runProgram } from '../../src/host/run.ts';
import { loadTopology } from '../../src/topology/load-topology.ts';
import { type DockerRoom, describeDocker, freshStack, newPlace, type Place } from '../support/docker-room.ts';

const address = '192.168.39.11';
/** The same node on its other network. */
const jump = '192.168.122.11';
const path = `${process.env.PATH}:/usr/sbin:/sbin`;

let place: Place;
let room: DockerRoom;

describeDocker('a node that is there already', () => {
  beforeAll(async () => {
    place = newPlace();
    room = await place.up(freshStack('existing'));
    const gateway = await place.driver.executor(room.stack, 'gateway');
    await startSshd(room.node, gateway);
    await programs({
      ssh: ['gateway', 'exec ssh "$@"'],
      docker: ['node1', 'exec docker "$@"'],
      minikube: ['gateway', minikube],
    });
    // As the nodes of kind, a container with the programs of a Debian machine.
    const usr = ['/usr:/usr:ro', '/usr/lib:/lib:ro', '/usr/lib64:/lib64:ro'].flatMap((volume) => ['--volume', volume]);
    await room.docker(
      'run',
      '--detach',
      '--name',
      'worker',
      '--tmpfs',
      '/run',
      ...usr,
      'podlab/box:1',
      'sleep',
      'infinity',
    );
  });
  afterAll(() => place.leave());

  const ways: Readonly<Record<string, string>> = {
    'by ssh as root': '{ access: ssh, user: root }',
    'by ssh as somebody who may become root': '{ access: ssh, user: debian, port: 22, key: /root/.ssh/id_ed25519 }',
    'by ssh through another host': `{ access: ssh, user: root, jump: "root@${jump}" }`,
    'by docker exec': '{ access: docker }',
    'by minikube ssh': '{ access: minikube, profile: mk }',
  };

  test.each(Object.entries(ways))('%s: programs run there as they are, and end as they end', async (_, existing) => {
    const { node, name } = await attachedTo(existing);
    expect(await lookAtNode(node)).toEqual({});
    expect(await node.run(['hostname'])).toMatchObject({ stdout: `${await hostnameOf(name)}\n`, exitCode: 0 });
    const odd = ['a b', `'"$HOME`, '*', '', 'x\ny'];
    expect((await node.run(['printf', '[%s]', ...odd])).stdout).toBe(odd.map((word) => `[${word}]`).join(''));
    const script = 'cat; echo "$HOME $MORE $PODLAB_NODE" >&2; exit 3';
    expect(await node.run(['sh', '-c', script], { input: 'said', env: { MORE: 'x y' } })).toMatchObject({
      ...{ stdout: 'said', stderr: `/root x y ${name}\n`, exitCode: 3, timedOut: false },
    });
    expect(await node.run(['cat'])).toMatchObject({ stdout: '', exitCode: 0 });
    expect(await node.run(['/no/such/program'])).toMatchObject({ exitCode: 127 });
    // What runs too long is ended there and not only here.
    expect(await node.run(['sleep', '1234'], { timeoutMs: 300 })).toMatchObject({ timedOut: true });
    const abort = new AbortController();
    const running = node.run(['sleep', '2345'], { signal: abort.signal }).catch(() => undefined);
    for (let look = 0; look < 100 && (await sleepers()).length === 0; look++)
      await new Promise((go) => setTimeout(go, 50));
    expect(await sleepers()).toEqual(['2345']);
    abort.abort();
    await running;
    expect(await sleepers()).toEqual([]);
  });

  test.each(Object.entries(ways))('%s: a terminal is a terminal', async (_, existing) => {
    const { rooms, name } = await attachedTo(existing);
    const command = ['sh', '-c', 'tty | tr -d 0-9; echo "$A $PODLAB_STACK"'] as const;
    const { argv, env } = await rooms.interactive('theirs', name, command, { env: { A: 'b c' }, isTerminal: true });
    const { stdout } = await runProgram(
      ['script', '--quiet', '--return', '--command', quoteCommand(argv), '/dev/null'],
      {
        env: { ...env, TERM: 'dumb' },
      },
    );
    expect(stdout.replaceAll('\r', '')).toContain('/dev/pts/\nb c theirs\n');
  });

  test('a room is up as long as its nodes answer, and a node that does not is named', async () => {
    const { rooms } = await attachedTo('{ access: ssh, user: root }');
    expect(await rooms.status('theirs')).toMatchObject({ state: 'up', nodes: [{ name: 'node1', running: true }] });
    // Nobody listens there.
    const deaf = await attachedTo('{ access: ssh, user: root, port: 2222 }');
    expect(await deaf.rooms.status('theirs')).toMatchObject({
      ...{ state: 'broken', reason: 'no answer from node1' },
      nodes: [{ name: 'node1', running: false, state: 'silent' }],
    });
    await expect(deaf.node.run(['true'])).rejects.toMatchObject({
      ...{
        code: 'COMMAND_FAILED',
        message: expect.stringMatching(/^node "node1" can't be reached: .*Connection refused/),
      },
      hint: expect.stringContaining('Log in by hand once'),
    });
    const stranger = await attachedTo('{ access: ssh, user: stranger }');
    await expect(stranger.node.run(['true'])).rejects.toMatchObject({
      message: expect.stringContaining('Permission denied (publickey'),
    });
    await room.docker('stop', '--time', '0', 'worker');
    const stopped = await attachedTo('{ access: docker }');
    await expect(stopped.node.run(['true'])).rejects.toMatchObject({
      message: expect.stringMatching(/^node "worker" can't be reached: .*is not running/),
      hint: 'See with: docker ps --filter name=worker',
    });
  });
});

async function attachedTo(existing: string) {
  const name = existing.includes('docker') ? 'worker' : 'node1';
  const text = `config:
  podlab:driver: existing
  podlab:engine: kubernetes
  podlab:existing: ${existing}
  podlab:networks: { lan: { mode: isolated, cidr: 192.168.39.0/24 } }
  podlab:nodes: [{ name: ${name}, networks: [{ network: lan, ip: ${address} }] }]
  podlab:cni: { name: flannel }
`;
  const topology = loadTopology(text, { stack: 'theirs', file: 'f' });
  const state = join(place.root, 'theirs-state');
  // Sockets of ssh are made where the person sits.
  const paths = { state, runtime: '/run', cache: join(place.root, 'cache') };
  const options = { paths, env: {}, path: `${join(place.root, 'bin')}:${path}`, now: Date.now, sleep: async () => {} };
  const record = { version: 1, topology, file: '/f', since: 1, kubeconfig: '/k', context: '', env: {} } as const;
  writeAttached(join(state, 'theirs'), record);
  const rooms = attachedRooms('existing', options);
  return { rooms, name, node: await rooms.executor('theirs', name) };
}

/** An sshd on the node that lets in who sits at the gateway; two of its users may become root, which is all that they are. */
async function startSshd(node: Executor, gateway: Executor): Promise<void> {
  const must = async (on: Executor, script: string) => {
    const { exitCode, stdout, stderr } = await on.run(['sh', '-euc', script]);
    if (exitCode !== 0) throw new Error(`${on.name}: ${stderr}`);
    return stdout;
  };
  const key = await must(
    gateway,
    'mkdir -m 700 /root/.ssh; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519; cat /root/.ssh/id_ed25519.pub',
  );
  const hostKey = await must(
    node,
    `mkdir -p /run/sshd /run/bin
ssh-keygen -q -t ed25519 -N "" -f /run/sshd.key
echo '${key.trim()}' >/run/authorized
printf '#!/bin/sh\\n[ "$1" = -n ] && shift\\nexec "$@"\\n' >/run/bin/sudo
chmod +x /run/bin/sudo
grep -q ^sshd: /etc/passwd || echo sshd:x:98:65534::/run/sshd:/usr/sbin/nologin >>/etc/passwd
for user in debian docker; do
  sed -i "/^$user:/d" /etc/passwd /etc/shadow
  echo "$user:x:0:0::/root:/bin/sh" >>/etc/passwd
  echo "$user:*:19000::::::" >>/etc/shadow
done
sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
cat >/run/sshd.conf <<END
HostKey /run/sshd.key
AuthorizedKeysFile /run/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
SetEnv PATH=/run/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
END
/usr/sbin/sshd -f /run/sshd.conf
cat /run/sshd.key.pub`,
  );
  await must(gateway, `echo '${address},${jump} ${hostKey.trim()}' >/root/.ssh/known_hosts`);
}

/** Programs of the person's machine, which is a place of the room here: name → place and script. */
async function programs(all: Readonly<Record<string, readonly [string, string]>>): Promise<void> {
  const bin = join(place.root, 'bin');
  mkdirSync(bin);
  for (const [name, [where, script]] of Object.entries(all)) {
    const words: Argv = ['env', 'HOME=/root', 'sh', '-c', script, name];
    const { argv } = await place.driver.interactive(room.stack, where, words, { env: {}, isTerminal: false });
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${quoteCommand(argv)} "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
}

/** What minikube 1.38 starts for \`minikube ssh\`, and what it says when that ends with another code than 0. */
const minikube = `[ "$1 $2 $3 $4" = "ssh --profile mk --node" ] || exit 64
[ "$6" = --native-ssh=false ] && terminal=-T || terminal=-t
shift 7
ssh -F /dev/null -o ConnectionAttempts=3 -o ConnectTimeout=10 -o ControlMaster=no -o ControlPath=none -o LogLevel=quiet \\
  -o PasswordAuthentication=no -o ServerAliveInterval=60 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null $terminal \\
  docker@${address} -o IdentitiesOnly=yes -i /root/.ssh/id_ed25519 -p 22 "$@"
code=$?
[ $code = 0 ] || { echo "ssh: Process exited with status $code" >&2; exit 1; }`;

async function hostnameOf(name: string): Promise<string> {
  return name === 'worker'
    ? room.docker('inspect', '--format', '{{.Config.Hostname}}', name)
    : (await room.run('hostname')).trim();
}

/** How long those sleep that sleep on the node, containers included. */
async function sleepers(): Promise<readonly string[]> {
  const { stdout } = await room.node.run(['pgrep', '--list-full', '--exact', 'sleep']);
  return stdout.split('\n').flatMap((line) => /sleep (\d+)$/.exec(line)?.[1] ?? []);
}
