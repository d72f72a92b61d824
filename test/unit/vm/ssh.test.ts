import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Argv, RunOptions, RunResult } from '../../../src/host/host.ts';
import {
  knownHost,
  remoteCommand,
  remoteKill,
  type SshTarget,
  sshArgv,
  sshConnectArgv,
  sshInteractiveArgv,
} from '../../../src/vm/ssh-argv.ts';
import { sshExecutor, sshFault } from '../../../src/vm/ssh-executor.ts';

const target: SshTarget = {
  name: 'node1',
  address: '192.168.39.11',
  port: 22,
  user: 'root',
  identityFile: '/state/of a/100%/key',
  knownHostsFile: '/state/known_hosts',
  hostKeyAlias: 'node1.room',
  controlPath: '/run/room/node1.ssh',
  jump: '',
};

const optionOf = (argv: Argv, name: string) => argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

describe('the command line of ssh', () => {
  test('trusts the pinned key alone, asks nobody anything, and ignores the configuration of the person', () => {
    const argv = sshArgv(target, 'true');
    expect(argv.slice(0, 3)).toEqual(['ssh', '-F', 'none']);
    expect(optionOf(argv, 'StrictHostKeyChecking')).toBe('yes');
    expect(optionOf(argv, 'GlobalKnownHostsFile')).toBe('/dev/null');
    expect(optionOf(argv, 'HostKeyAlias')).toBe('node1.room');
    expect(optionOf(argv, 'BatchMode')).toBe('yes');
    expect(argv.slice(-3)).toEqual(['--', 'root@192.168.39.11', 'true']);
  });

  test('has paths as ssh reads them: blanks quoted, percent signs doubled', () => {
    expect(optionOf(sshArgv(target, 'true'), 'IdentityFile')).toBe('"/state/of a/100%%/key"');
    expect(() => sshArgv({ ...target, identityFile: '/a"b' }, 'true')).toThrow("a path that ssh can't be told");
  });

  test('goes over the host of the machine by a ProxyCommand, so that the configuration for that host counts', () => {
    const proxy = (jump: string) => optionOf(sshArgv({ ...target, jump }, 'true'), 'ProxyCommand');
    expect(proxy('')).toBeUndefined();
    expect(proxy('me@lab.example')).toBe("ssh -o BatchMode=yes -W '[%h]:%p' -- me@lab.example");
    expect(proxy('me@lab.example:2222')).toBe("ssh -o BatchMode=yes -W '[%h]:%p' -p 2222 -- me@lab.example");
    expect(proxy('-oProxyCommand=evil')).toBe("ssh -o BatchMode=yes -W '[%h]:%p' -- -oProxyCommand=evil");
  });

  test('connects to an address that the machine reaches, IPv6 in brackets', () => {
    expect(sshConnectArgv(target, '10.96.0.1', 443).slice(-4)).toEqual([
      '-W',
      '10.96.0.1:443',
      '--',
      'root@192.168.39.11',
    ]);
    expect(sshConnectArgv(target, 'fd00::1', 443)).toContain('[fd00::1]:443');
  });

  test('asks for a terminal when there is one', () => {
    expect(sshInteractiveArgv(target, ['sh', '-c', 'echo "$0"'], true).slice(-4)).toEqual([
      ...['-tt', '--', 'root@192.168.39.11', `sh -c 'echo "$0"'`],
    ]);
    expect(sshInteractiveArgv(target, ['ls'], false)).toContain('-T');
  });
});

test('the pinned key is a line of its own, without the comment of the key', () => {
  expect(knownHost('node1.room', 'ssh-ed25519 AAAA podlab node1\n')).toBe('node1.room ssh-ed25519 AAAA\n');
});

describe("what the machine's shell is told", () => {
  // The same text goes through a real shell here.
  const run = (argv: Argv, more: { timeoutMs?: number; input?: string } = {}) => {
    const id = `test${process.pid}${argv.length}`;
    const command = remoteCommand({ argv, env: { A: `b 'c' "$d"` }, timeoutMs: more.timeoutMs ?? 5000, id }).replaceAll(
      '/run/podlab-run.',
      '/tmp/podlab-run.',
    );
    return spawnSync('sh', ['-c', command], { encoding: 'utf8', input: more.input ?? '' });
  };

  test('keeps every word, every variable and standard input as they are', () => {
    const words = ['a b', "it's", '"$HOME"', '', '*', '\\', 'new\nline', '-n', ';'];
    const { stdout, status } = run(['printf', '[%s]', ...words]);
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(''));
    expect(status).toBe(0);
    expect(run(['sh', '-c', 'printf %s "$A"; cat'], { input: 'said' }).stdout).toBe(`b 'c' "$d"said`);
  });

  test('ends with the exit code of the program, 128 and the signal when one ended it, 127 when there is none', () => {
    expect(run(['sh', '-c', 'exit 3']).status).toBe(3);
    expect(run(['sh', '-c', 'kill -TERM $$']).status).toBe(143);
    expect(run(['podlab-no-such-program']).status).toBe(127);
  });

  test('kills the program and what it started at the time limit', () => {
    const { status, stdout } = run(['sh', '-c', 'sleep 60 & echo begun; wait'], { timeoutMs: 300 });
    expect({ status, stdout }).toEqual({ status: 137, stdout: 'begun\n' });
  });

  test('kills the program and what it started when this side has let go', async () => {
    const here = (script: string) => script.replaceAll('/run/podlab-run.', '/tmp/podlab-run.');
    const id = `let-go${process.pid}`;
    const argv = ['sh', '-c', 'sleep 60 & echo begun; wait'] as const;
    const child = spawn('sh', ['-c', here(remoteCommand({ argv, env: {}, timeoutMs: 50_000, id }))]);
    const ended = once(child, 'close');
    // A pipe that any of them holds would stay open.
    child.stderr.resume();
    expect(String((await once(child.stdout, 'data'))[0])).toBe('begun\n');
    expect(spawnSync('sh', ['-c', here(remoteKill(id))], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await ended).toEqual([137, null]);
  });
});

describe('the executor', () => {
  const plain = { target, env: {}, patience: 1 };

  const answering = (answers: readonly Partial<RunResult>[]) => {
    const seen: { argv: Argv; options: RunOptions }[] = [];
    const ssh = async (argv: Argv, options: RunOptions): Promise<RunResult> => {
      const answer = answers[seen.push({ argv, options }) - 1] ?? {};
      const base = { exitCode: 0, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 1 };
      return { argv, ...base, ...answer };
    };
    return { seen, ssh };
  };

  test('opens one connection for many commands, and answers with the argv that it was asked for', async () => {
    const { seen, ssh } = answering([{}, { stdout: 'one' }, { stdout: 'two' }]);
    const node = sshExecutor(ssh, plain);
    expect(await node.run(['first'])).toMatchObject({ argv: ['first'], stdout: 'one' });
    expect(await node.run(['second'])).toMatchObject({ stdout: 'two' });
    expect(seen.map(({ argv }) => optionOf(argv, 'ControlMaster'))).toEqual(['auto', 'no', 'no']);
  });

  test('waits longer than the machine does, and ends there what it has let go here', async () => {
    const { seen, ssh } = answering([{}, { exitCode: 137, timedOut: true }]);
    expect(await sshExecutor(ssh, plain).run(['hang'], { timeoutMs: 1000 })).toMatchObject({ timedOut: true });
    expect(seen[1]?.options.timeoutMs).toBeGreaterThan(1000);
    expect(seen[1]?.argv.at(-1)).toContain('timeout --signal=KILL 1 ');
    expect(seen[2]?.argv.at(-1)).toMatch(/^kill -KILL "-\$\(cat \/run\/podlab-run\./);
  });

  test('ends there at once what is aborted here, while the shared connection still holds its output open', async () => {
    const seen: string[] = [];
    const abort = new AbortController();
    const { promise: killed, resolve } = Promise.withResolvers<void>();
    const ssh = async (argv: Argv): Promise<RunResult> => {
      const [what = ''] = (argv.at(-1) ?? '').split(' ');
      seen.push(what);
      if (what === 'timeout') {
        abort.abort();
        await killed;
      }
      if (what === 'kill') resolve();
      const exitCode = what === 'timeout' ? 137 : 0;
      return { argv, exitCode, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 1 };
    };
    expect(await sshExecutor(ssh, plain).run(['hang'], { signal: abort.signal })).toMatchObject({ exitCode: 137 });
    expect(seen.slice(1)).toEqual(['timeout', 'kill']);
  });

  test('is as patient as it is told to be', async () => {
    const { seen, ssh } = answering([{}, {}]);
    await sshExecutor(ssh, { ...plain, patience: 4 }).run(['slow'], { timeoutMs: 1000 });
    expect(seen[1]?.argv.at(-1)).toContain('timeout --signal=KILL 4 ');
  });

  test("takes a program's own 255 for what it is, and ssh's for a machine that is gone", async () => {
    const own = answering([{}, { exitCode: 255, stderr: 'no such file\n' }]);
    expect(await sshExecutor(own.ssh, plain).run(['odd'])).toMatchObject({ exitCode: 255 });
    const gone = answering([
      {},
      { exitCode: 255, stderr: 'ssh: connect to host 192.168.39.11 port 22: No route to host\n' },
    ]);
    await expect(sshExecutor(gone.ssh, plain).run(['x'])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining(`node "node1" can't be reached at 192.168.39.11: ssh: connect to host`),
    });
  });
});

test.each([
  ['root@192.168.39.11: Permission denied (publickey).', 'root@192.168.39.11: Permission denied (publickey)'],
  ['Host key verification failed.', 'Host key verification failed'],
  ['Connection to 192.168.39.11 closed by remote host.', 'Connection to 192.168.39.11 closed by remote host'],
  ['cat: /x: Permission denied', ''],
  ['', ''],
])('of "%s" ssh itself has said "%s"', (stderr, fault) => {
  expect(sshFault(stderr)).toBe(fault);
});
