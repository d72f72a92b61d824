// podlab itself beside a libvirt of the test's own, with places of its own and a machine image that is there.

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe } from 'vitest';
import type { RunResult } from '../../src/host/host.ts';
import { podlabPaths } from '../../src/host/paths.ts';
import { listImages } from '../../src/image/vm-image.ts';
import { examineLayers } from '../layers.ts';
import { type LibvirtRoom, path } from './libvirt-room.ts';
import { shareCache } from './shared-cache.ts';

const root = join(import.meta.dirname, '..', '..');
const layers = await examineLayers(process.geteuid?.() ?? 0, path);
const { cache } = podlabPaths(process.geteuid?.() ?? 0, process.env);
const images = (await listImages(cache)).flatMap((one) => (one.image === undefined ? [] : [one.image]));
const [image] = images.sort((one, other) => other.builtAt - one.builtAt);
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
  /** Writes the file of a stack that comes with podlab under a name, for emulated machines and the image that is built. */
  readyMade(stack: string, name?: string): string;
  /** Runs podlab where libvirt is. */
  podlab(...words: readonly string[]): Promise<RunResult>;
  /** Its answer as JSON. @throws Error with what it said when its exit code is another one */
  answer<T>(words: readonly string[], exitCode?: number): Promise<T>;
  /** Runs the Pulumi CLI there by hand, with this stack file, on the stacks that podlab keeps. */
  pulumi(file: string, ...words: readonly string[]): Promise<RunResult>;
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
  // A cluster's labs take longest: an hour where processors are emulated and busy.
  const limits = { timeoutMs: 90 * 60_000, maxOutputBytes: 16 * 1024 * 1024 };
  const podlab = (...words: readonly string[]) =>
    room.host.run([process.execPath, join(root, 'bin', 'podlab.mjs'), ...words], { env, ...limits });
  const lines = async (...words: readonly string[]) =>
    (await room.virsh(...words)).split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
  return {
    stackFile: (stack, nodes, more = '', disk = image?.disk ?? '') => {
      const file = join(own, `Pulumi.${stack}.yaml`);
      mkdirSync(own, { recursive: true });
      writeFileSync(file, stackText(stack, nodes, room.dir, more, disk));
      return file;
    },
    readyMade: (stack, name = stack) => {
      if (!existsSync(join(own, 'cache'))) shareCache(own);
      const file = join(own, `Pulumi.${name}.yaml`);
      const text = readFileSync(join(root, 'stacks', `Pulumi.${stack}.yaml`), 'utf8');
      writeFileSync(file, `${text}\n${machineSettings(join(room.dir, 'disks', stack), image?.disk ?? '')}`);
      return file;
    },
    podlab,
    pulumi: async (file, ...words) => {
      const state = join(own, 'state');
      const argv = [
        'pulumi',
        '--cwd',
        projectWith(file, own),
        '--non-interactive',
        '--color',
        'never',
        ...words,
      ] as const;
      const backend = {
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(state, '.pulumi-passphrase'),
        PULUMI_SKIP_UPDATE_CHECK: 'true',
      };
      return room.host.run(argv, { env: { ...env, ...backend }, ...limits });
    },
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
${names.map(node).join('')}${machineSettings(join(dir, 'disks', stack), disk)}${more}`;
}

function machineSettings(directory: string, disk: string): string {
  return `  vm:type: qemu
  vm:image: ${disk}
  vm:imageOnHost: true
  vm:directory: ${directory}
`;
}

/** podlab's own project with other stacks: the CLI writes into their files. The program goes by where it lies itself. */
function projectWith(file: string, own: string): string {
  const project = join(own, 'project');
  if (!existsSync(project)) {
    mkdirSync(join(project, 'stacks'), { recursive: true });
    for (const name of ['Pulumi.yaml', 'package.json', 'src'])
      cpSync(join(root, name), join(project, name), { recursive: true });
    for (const name of ['node_modules', 'sdks', 'toolchain']) symlinkSync(join(root, name), join(project, name));
  }
  cpSync(file, join(project, 'stacks', basename(file)));
  return project;
}
