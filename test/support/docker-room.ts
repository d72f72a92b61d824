// Rooms with a dockerd for tests: each test has its own place for rooms, and nothing of them is left when it ends.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Driver } from '../../src/driver/driver.ts';
import { sandboxDriver } from '../../src/driver/sandbox/sandbox-driver.ts';
import type { Argv, Executor } from '../../src/host/host.ts';
import { podlabPaths } from '../../src/host/paths.ts';
import { silentReporter } from '../../src/reporter.ts';
import { loadTopology } from '../../src/topology/load-topology.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { examineLayers } from '../layers.ts';

const path = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
const uid = process.geteuid?.() ?? 0;
const skipped = (await examineLayers(uid, path)).find(({ name }) => name === 'docker')?.skipped ?? '';
const isRequired = (process.env.PODLAB_REQUIRE ?? '').split(',').includes('docker');

/** Groups tests that need a dockerd. Where none can run they are skipped, with the reason in the title, or fail if required. */
export function describeDocker(title: string, tests: () => void): void {
  if (skipped === '' || isRequired) describe(title, tests);
  else describe.skip(`${title} (skipped: ${skipped})`, tests);
}

/** One place for rooms, with the driver that keeps them there. */
export interface Place {
  /** What PODLAB_ROOT says. */
  readonly root: string;
  readonly driver: Driver;
  /** Builds a room of the shipped docker stack under another name. */
  up(stack: string): Promise<DockerRoom>;
  /** Takes down every room and removes the place. */
  leave(): Promise<void>;
}

export interface DockerRoom {
  readonly stack: string;
  readonly topology: Topology;
  readonly node: Executor;
  /** Standard output of a program on the node. @throws Error with its standard error when it fails */
  run(...argv: Argv): Promise<string>;
  /** The same for docker, without the newline at the end. */
  docker(...args: readonly string[]): Promise<string>;
}

export function newPlace(): Place {
  const root = mkdtempSync(join(tmpdir(), 'podlab-docker-'));
  const driver = sandboxDriver({ paths: podlabPaths(uid, { PODLAB_ROOT: root }), home: '', env: {}, uid, path });
  return {
    root,
    driver,
    async up(stack) {
      const topology = loadTopology(readFileSync(stackFile, 'utf8'), { file: stackFile, stack });
      await driver.up({ topology, file: stackFile }, silentReporter);
      return dockerRoom(topology, await driver.executor(stack, 'node1'));
    },
    async leave() {
      for (const { stack } of await driver.list()) await driver.down(stack, silentReporter);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Runs `fn` with a place of its own. */
export async function withPlace<T>(fn: (place: Place) => Promise<T>): Promise<T> {
  const place = newPlace();
  try {
    return await fn(place);
  } finally {
    await place.leave();
  }
}

/** A stack name that no other test or person uses: it is also the mark on what stands outside the place. */
export function freshStack(name: string): string {
  return `t${process.pid}-${name}`;
}

const stackFile = join(import.meta.dirname, '../../stacks/Pulumi.docker.yaml');

function dockerRoom(topology: Topology, node: Executor): DockerRoom {
  const run = async (...argv: Argv) => {
    const { exitCode, stdout, stderr } = await node.run(argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${exitCode}: ${stderr}`);
    return stdout;
  };
  const docker = async (...args: readonly string[]) => (await run('docker', ...args)).trimEnd();
  return { stack: topology.stack, topology, node, run, docker };
}
