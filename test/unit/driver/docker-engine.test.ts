import { expect, test } from 'vitest';
import { dockerLog, startDocker } from '../../../src/driver/engine/docker-engine.ts';
import type { Argv, Executor, RunResult } from '../../../src/host/host.ts';
import { type Reporter, silentReporter } from '../../../src/reporter.ts';

type Answer = Partial<RunResult>;

/** What a node says to the programs that the engine runs, by the step they belong to. */
interface Node {
  start?: Answer;
  /** One for each time that dockerd is asked; the last one goes on for ever. */
  info: readonly Answer[];
  isAlive?: boolean;
  log?: string;
  images?: Answer;
}

function nodeThat({ start = { stdout: '27\n' }, info, isAlive = true, log = '', images = {} }: Node) {
  const ran: Argv[] = [];
  let asked = 0;
  const answer = (argv: Argv): Answer => {
    if (argv[0] === 'docker') return info[Math.min(asked++, info.length - 1)] ?? {};
    if (argv[0] === 'tail') return { stdout: log };
    const script = argv[2] ?? '';
    if (script.includes('kill -0')) return { exitCode: isAlive ? 0 : 1 };
    return script.includes('setsid dockerd') ? start : images;
  };
  const executor: Executor = {
    name: 'node1',
    run: async (argv) => {
      ran.push(argv);
      return {
        argv,
        exitCode: 0,
        stdout: '',
        stderr: '',
        timedOut: false,
        truncated: false,
        durationMs: 1,
        ...answer(argv),
      };
    },
  };
  return { executor, ran };
}

const ready: Answer = { stdout: '20.10.24\n' };
const notYet: Answer = { exitCode: 1, stderr: 'Cannot connect to the Docker daemon at unix:///run/docker.sock.\n' };
const options = { cgroupParent: '/podlab/s/node1' };

test('dockerd is started, asked until it answers, then the images are made', async () => {
  const titles: string[] = [];
  const reporter: Reporter = {
    ...silentReporter,
    step: (title, work) => {
      titles.push(title);
      return work(() => {});
    },
  };
  const { executor, ran } = nodeThat({ info: [notYet, notYet, ready] });
  await startDocker(executor, options, reporter);
  expect(titles).toEqual(['starting dockerd on node1', 'making the images on node1']);
  const programs = ran.map((argv) => (argv[0] === 'sh' ? argv[1] : argv.slice(0, 2).join(' ')));
  expect(programs).toEqual(['-euc', 'docker info', '-c', 'docker info', '-c', 'docker info', '-euc']);
});

test('the log and the control group reach the script as arguments, not as text', async () => {
  const { executor, ran } = nodeThat({ info: [ready] });
  await startDocker(executor, { cgroupParent: '/podlab/$(reboot)/node1' }, silentReporter);
  expect(ran[0]?.slice(3)).toEqual(['sh', dockerLog, '/podlab/$(reboot)/node1']);
  expect(ran[0]?.[2]).not.toContain('reboot');
  expect(ran[0]?.[2]).toContain('--cgroup-parent "$parent"');
});

test('the process id that is watched is the one that the start printed', async () => {
  const { executor, ran } = nodeThat({ start: { stdout: '4711\n' }, info: [notYet, ready] });
  await startDocker(executor, options, silentReporter);
  expect(ran.find((argv) => argv[2]?.includes('kill -0'))?.at(-1)).toBe('4711');
});

test('a client that ends well without the version of a daemon is no answer', async () => {
  const { executor, ran } = nodeThat({ info: [{ stdout: '\n' }, ready] });
  await startDocker(executor, options, silentReporter);
  expect(ran.filter((argv) => argv[0] === 'docker')).toHaveLength(2);
});

test('what the client says meanwhile is told to whoever watches', async () => {
  const details: string[] = [];
  const reporter: Reporter = { ...silentReporter, step: (_title, work) => work((detail) => details.push(detail)) };
  await startDocker(nodeThat({ info: [notYet, ready] }).executor, options, reporter);
  expect(details).toEqual(['Cannot connect to the Docker daemon at unix:///run/docker.sock.']);
});

test('a dockerd that has ended is COMMAND_FAILED with the end of its log, and no image is made', async () => {
  const log = 'failed to start daemon: no iptables\n';
  const { executor, ran } = nodeThat({ info: [notYet], isAlive: false, log });
  await expect(startDocker(executor, options, silentReporter)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: `dockerd on node1 has ended\n${log}`,
  });
  expect(ran.at(-1)).toEqual(['tail', '-n', '20', dockerLog]);
});

test('a dockerd that runs but does not answer is TIMEOUT, with what the client said last', async () => {
  const { executor } = nodeThat({ info: [notYet], log: 'waiting for containerd\n' });
  await expect(startDocker(executor, { ...options, readyWithinMs: 20 }, silentReporter)).rejects.toMatchObject({
    code: 'TIMEOUT',
    message:
      'dockerd on node1 does not answer after 0.02 s: Cannot connect to the Docker daemon at unix:///run/docker.sock.\nwaiting for containerd\n',
  });
});

test('images that cannot be made are COMMAND_FAILED with the reason', async () => {
  const images = { exitCode: 1, stderr: 'busybox does not run by itself: install busybox-static\n' };
  await expect(
    startDocker(nodeThat({ info: [ready], images }).executor, options, silentReporter),
  ).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: 'engine docker on node1: busybox does not run by itself: install busybox-static',
  });
});
