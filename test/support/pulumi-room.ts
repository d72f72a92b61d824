// podlab itself beside a libvirt of the test's own, with places of its own and a machine image that is there.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { RunResult } from '../../src/host/host.ts';
import { podlabPaths } from '../../src/host/paths.ts';
import { listImages } from '../../src/image/vm-image.ts';
import { examineLayers } from '../layers.ts';
import { type LibvirtRoom, path } from './libvirt-room.ts';

const root = join(import.meta.dirname, '..', '..');
const layers = await examineLayers(process.geteuid?.() ?? 0, path);
const { cache } = podlabPaths(process.geteuid?.() ?? 0, process.env);
const [image] = (await listImages(cache)).flatMap((one) => (one.image === undefined ? [] : [one.image]));
const skipped =
  layers.find(({ name }) => name === 'pulumi')?.skipped ||
  (image === undefined ? 'no machine image is built: podlab image build' : '');
const isRequired = (process.env.PODLAB_REQUIRE ?? '').split(',').includes('pulumi');

/** Groups tests that need Pulumi and libvirt. Elsewhere they are skipped, with the reason in the title, or fail if required. */
export function describePulumi(title: string, tests: () => void): void {
  if (isRequired) describe(title, tests);
  else
    describe.skip(
      `${title} (skipped: ${skipped || 'minutes of emulation, run when PODLAB_REQUIRE names pulumi'})`,
      tests,
    );
}

export interface PodlabThere {
  /**
   * Writes a stack file, and gives its path.
   *
   * @param nodes how many machines
   * @param more further lines of its config
   * @param disk the image of the machines; one that is built, unless it is said
   */
  stackFile(stack: string, nodes: number, more?: string, disk?: string): string;
  /** Runs podlab where libvirt is. */
  podlab(...words: readonly string[]): Promise<RunResult>;
  /** Its answer as JSON. @throws Error with what it said when its exit code is another one */
  answer<T>(words: readonly string[], exitCode?: number): Promise<T>;
  /** Names of all that libvirt has: domains, networks, pools, and volumes of the stack's pool. */
  inLibvirt(stack: string): Promise<readonly string[]>;
}

export function podlabIn(room: LibvirtRoom): PodlabThere {
  const own = join(room.dir, 'podlab');
  const env = {
    PODLAB_ROOT: own,
    PATH: process.env.PATH ?? '',
    HOME: own,
    PULUMI_HOME: process.env.PULUMI_HOME ?? join(process.env.HOME ?? '/root', '.pulumi'),
  };
  const podlab = (...words: readonly string[]) =>
    room.host.run([process.execPath, join(root, 'bin', 'podlab.mjs'), ...words], {
      env,
      timeoutMs: 40 * 60_000,
      maxOutputBytes: 16 * 1024 * 1024,
    });
  const lines = async (...words: readonly string[]) =>
    (await room.virsh(...words)).split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
  return {
    stackFile: (stack, nodes, more = '', disk = image?.disk ?? '') => {
      const file = join(own, `Pulumi.${stack}.yaml`);
      mkdirSync(own, { recursive: true });
      writeFileSync(file, stackText(stack, nodes, room.dir, more, disk));
      return file;
    },
    podlab,
    answer: async (words, exitCode = 0) => {
      const result = await podlab(...words, '--json');
      if (result.exitCode !== exitCode) {
        throw new Error(`podlab ${words.join(' ')}: exit code ${result.exitCode}\n${result.stderr}\n${result.stdout}`);
      }
      return JSON.parse(result.stdout);
    },
    inLibvirt: async (stack) => [
      ...(await lines('list', '--all', '--name')),
      ...(await lines('net-list', '--all', '--name')),
      ...(await lines('pool-list', '--all', '--name')),
      ...(await lines('vol-list', `podlab.${stack}.pool`).catch(() => [])),
    ],
  };
}

function stackText(stack: string, nodes: number, dir: string, more: string, disk: string): string {
  const names = Array.from({ length: nodes }, (_, n) => `node${n + 1}`);
  const node = (name: string) => `    - { name: ${name}, networks: [nat, isolated], cpus: 1, memory: 512MiB }\n`;
  return `config:
  podlab:driver: libvirt
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/24 }
  podlab:nodes:
${names.map(node).join('')}  vm:type: qemu
  vm:image: ${disk}
  vm:imageOnHost: true
  vm:directory: ${join(dir, 'disks', stack)}
${more}`;
}
