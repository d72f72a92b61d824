// A libvirt of the test's own: virtlogd, libvirtd and all that they start live in namespaces that end as one.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Argv, Executor, RunOptions, RunResult } from '../../src/host/host.ts';
import { runProgram } from '../../src/host/run.ts';
import { tiedWithAll } from '../../src/host/tied.ts';
import { examineLayers } from '../layers.ts';

export const path = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
const layers = await examineLayers(process.geteuid?.() ?? 0, path);
const skipped = layers.find(({ name }) => name === 'libvirt')?.skipped ?? '';
const isRequired = (process.env.PODLAB_REQUIRE ?? '').split(',').includes('libvirt');

/** Groups tests that need libvirt. Where it can't run they are skipped, with the reason in the title, or fail if required. */
export function describeLibvirt(title: string, tests: () => void): void {
  if (isRequired) describe(title, tests);
  else
    describe.skip(
      `${title} (skipped: ${skipped || 'minutes of emulation, run when PODLAB_REQUIRE names libvirt'})`,
      tests,
    );
}

export interface LibvirtRoom {
  /** Seen from inside and outside: a place for disks, seeds and keys. */
  readonly dir: string;
  /** The version line of libvirt and QEMU. */
  readonly version: string;
  /** Runs a program where libvirt is: its sockets, its bridges, its machines' network. */
  readonly host: Executor;
  /** Runs a program on the host that stands for the internet, 203.0.113.1; the room is 203.0.113.2 there. */
  readonly outside: Executor;
  /** The command line that starts a program there. */
  enter(argv: Argv): Argv;
  /** Standard output. @throws Error with its standard error when it fails */
  virsh(...words: readonly string[]): Promise<string>;
}

/** Gives a libvirt to `work`; afterwards none of its processes, bridges and files are left. */
export async function withLibvirt(work: (room: LibvirtRoom) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-libvirt-'));
  const [program, ...args] = tiedWithAll([join(import.meta.dirname, 'libvirt-room.sh'), dir], ['--net']);
  const owner = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: path } });
  try {
    await isReady(owner);
    await work(roomOf(dir, processOne(owner.pid)));
  } finally {
    const ended = new Promise((resolve) => owner.once('close', resolve));
    if (owner.exitCode === null) {
      owner.kill('SIGKILL');
      await ended;
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

function roomOf(dir: string, pid: number): LibvirtRoom {
  const read = (name: string) => readFileSync(join(dir, name), 'utf8').trim();
  const enter = (argv: Argv): Argv => ['nsenter', '--target', `${pid}`, '--mount', '--net', '--pid', ...argv];
  const outside = [
    'nsenter',
    '--target',
    `${pid}`,
    '--mount',
    '--pid',
    'nsenter',
    '--target',
    read('outside'),
    '--net',
  ];
  const run = async (argv: Argv, options: RunOptions = {}): Promise<RunResult> =>
    runProgram(argv, { ...options, env: { PATH: path, LC_ALL: 'C.UTF-8', HOME: '/root', ...options.env } });
  const host: Executor = { name: 'host', run: (argv, options) => run(enter(argv), options) };
  return {
    dir,
    version: read('version').split('\n').slice(-1).join(''),
    host,
    outside: {
      name: 'outside',
      run: (argv, options) => run([...outside, ...argv] as readonly string[] as Argv, options),
    },
    enter,
    virsh: async (...words) => {
      const { exitCode, stdout, stderr } = await host.run(
        ['virsh', '--quiet', '--connect', 'qemu:///system', ...words],
        {
          timeoutMs: 120_000,
        },
      );
      if (exitCode !== 0) throw new Error(`virsh ${words.join(' ')}: ${stderr}`);
      return stdout;
    },
  };
}

function isReady(owner: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('ready\n')) resolve();
    };
    owner.stdout?.on('data', hear);
    owner.stderr?.on('data', hear);
    owner.once('close', () => reject(new Error(`libvirt did not start: ${said}`)));
    setTimeout(() => reject(new Error(`libvirt did not answer within a minute: ${said}`)), 60_000).unref();
  });
}

/** unshare(1) has one child: process 1 of the namespaces. */
function processOne(owner: number | undefined): number {
  const children = readdirSync(`/proc/${owner}/task`).flatMap((task) =>
    readFileSync(`/proc/${owner}/task/${task}/children`, 'utf8').trim().split(' '),
  );
  return Number(children[0]);
}
