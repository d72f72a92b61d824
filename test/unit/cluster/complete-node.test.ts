// A node of which the image lacks things: podlab's scripts in a real shell, on a directory that stands for the machine.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completeNode } from '../../../src/cluster/complete-node.ts';
import { judge, type Needs } from '../../../src/cluster/node-lacks.ts';
import type { Argv, Executor } from '../../../src/host/host.ts';
import { locateProgram } from '../../../src/host/programs.ts';
import { runProgram } from '../../../src/host/run.ts';
import { silentReporter } from '../../../src/reporter.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-complete-'));
  for (const name of ['sh', 'cat', 'wc', 'mv', 'rm', 'chmod', 'mkdir', 'ln', 'awk', 'head', 'grep']) {
    mkdirSync(join(dir, 'bin'), { recursive: true });
    symlinkSync(locateProgram(name, '/usr/bin:/bin') ?? '', join(dir, 'bin', name));
  }
  put('/etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
  put('/run/here', '');
  program('systemctl', 'exit 0');
  // What its archives have is in a directory of them, a file for each package: the names of programs.
  program(
    'apt-get',
    `echo "$*" >>DIR/asked
for word; do
  case $word in install) verb=install ;; -*|Dpkg*|DPkg*) continue ;; update) [ ! -e DIR/offline ] || { echo 'E: no way out' >&2; exit 100; } ;; *)
    [ ! -e DIR/offline ] || { echo 'E: Failed to fetch' >&2; exit 100; }
    [ -e "DIR/archive/$word" ] || { echo "E: Unable to locate package $word" >&2; exit 100; }
    names="\${names-} $(cat "DIR/archive/$word")" ;; esac
done
for name in \${names-}; do printf '#!/bin/sh\\n' >"DIR/usr/bin/$name"; chmod 755 "DIR/usr/bin/$name"; done`,
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
  chmodSync(join(dir, path), mode);
}

function program(name: string, script: string): void {
  put(`/usr/bin/${name}`, `#!/bin/sh\n${script.replaceAll('DIR', dir)}\n`, 0o755);
}

function containerd(): void {
  program('containerd', 'exit 0');
  program(
    'ctr',
    `case $4 in
check) echo REF TYPE DIGEST STATUS SIZE UNPACKED; [ ! -e DIR/images ] || cat DIR/images ;;
import) read -r ref digest; [ "$digest" != cut ] || exit 1; echo "$ref type $digest complete (2/2) 1 MiB/1 MiB true" >>DIR/images ;; esac`,
  );
}

/** Paths of the machine are below the directory; it has no other programs than those there. */
const node: Executor = {
  name: 'node1',
  run: (argv, options = {}) => {
    const there = /(?<![\w.])\/(?:usr\/lib|usr\/bin|opt\/cni|var\/log|run|etc)\//g;
    const moved = argv.map((word) => word.replaceAll(there, (path) => `${dir}${path}`));
    const env = { PATH: `${join(dir, 'usr/bin')}:${join(dir, 'bin')}` };
    return runProgram(moved as readonly string[] as Argv, { ...options, env });
  },
};

const version = 'v1.36.3';
const says: Readonly<Record<string, string>> = {
  kubelet: `Kubernetes ${version}`,
  kubeadm: version,
  kubectl: `Client Version: ${version}\nKustomize Version: v5`,
};

/** Of this machine: programs that say their version, archives that say what they are. */
function needs(more: Partial<Needs> = {}): Needs {
  const programs = Object.entries(says).map(([name, text]) => {
    const file = join(dir, 'cache', name);
    const script = `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`;
    put(`/cache/${name}`, script);
    return { name, file, bytes: script.length };
  });
  const images = ['pause', 'etcd'].map((name) => {
    const digest = `sha256:${name}`;
    put(`/cache/${name}.tar`, `podlab.local/${name}:1 ${digest}\n`);
    return { reference: `podlab.local/${name}:1`, digest, archive: join(dir, 'cache', `${name}.tar`) };
  });
  const packaged = [
    { name: 'containerd', package: 'containerd', isEssential: true },
    { name: 'ctr', package: 'containerd', isEssential: true },
    { name: 'wrk', package: 'wrk', isEssential: false },
  ];
  return { packaged, programs, version, images, hasWayOut: true, ...more };
}

const complete = (more: Partial<Needs> = {}) => completeNode(node, needs(more), silentReporter);
const nothing = { packages: [], programs: [], images: [], missing: [] };

test('what is missing is brought, and a second time nothing is', async () => {
  containerd();
  put('/archive/wrk', 'wrk');
  put('/usr/lib/cni/bridge', '', 0o755);
  expect(await complete()).toEqual({
    packages: ['wrk'],
    programs: ['kubelet', 'kubeadm', 'kubectl'],
    images: ['podlab.local/pause:1', 'podlab.local/etcd:1'],
    missing: [],
  });
  expect(existsSync(join(dir, 'opt/cni/bin/bridge'))).toBe(true);
  const asked = readFileSync(join(dir, 'asked'), 'utf8');
  expect(asked.split('\n')[1]).toMatch(/^install .*--force-confold.* wrk$/);
  expect(await complete()).toEqual(nothing);
  expect(readFileSync(join(dir, 'asked'), 'utf8')).toBe(asked);
});

test('of a program of another version, and of one image of two, only these are brought', async () => {
  containerd();
  program('wrk', '');
  for (const [name, text] of Object.entries(says)) program(name, `echo '${text.split('\n')[0]}'`);
  program('kubelet', 'echo Kubernetes v1.35.6');
  put(
    '/images',
    'podlab.local/pause:1 type sha256:pause complete (2/2) 1 MiB/1 MiB true\npodlab.local/etcd:1 type sha256:etcd complete (2/2) 1 MiB/1 MiB false\n',
  );
  expect(await complete()).toEqual({ ...nothing, programs: ['kubelet'], images: ['podlab.local/etcd:1'] });
});

test('a package that the archives do not have keeps no other one away; labs miss it', async () => {
  containerd();
  rmSync(join(dir, 'usr/bin/ctr'));
  put('/archive/containerd', 'ctr');
  expect(await complete({ programs: [], images: [] })).toEqual({
    ...nothing,
    packages: ['containerd'],
    missing: ['wrk'],
  });
});

test.each<[string, () => void, Partial<Needs>, string]>([
  ['there is no way out', () => {}, { hasWayOut: false }, 'it is on no network with a way out'],
  ['the archives do not answer', () => put('/offline', ''), {}, 'apt-get says:\nE: no way out\nE: Failed to fetch'],
  [
    'it is another distribution',
    () => put('/etc/os-release', 'ID=fedora\nVERSION_ID=42\n'),
    {},
    'podlab installs packages on Debian and Ubuntu, and it is fedora 42',
  ],
])('without containerd it is no node, and the error says why: %s', async (_, make, more, why) => {
  make();
  await expect(complete(more)).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    message: `node1: its image has no containerd, which a cluster needs, and they could not be installed: ${why}`,
    hint: expect.stringContaining('podlab image build'),
  });
});

test('what labs alone want is missed and no error', async () => {
  containerd();
  put('/etc/os-release', 'ID=fedora\n');
  expect(await complete({ programs: [], images: [] })).toEqual({ ...nothing, missing: ['wrk'] });
});

test('a file that was cut off on its way is not there, and another run goes on with it', async () => {
  containerd();
  program('wrk', '');
  const { programs } = needs();
  const cut = programs.map((one) => (one.name === 'kubeadm' ? { ...one, bytes: one.bytes + 1 } : one));
  await expect(complete({ programs: cut })).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringContaining('kubeadm: only a part of it came'),
  });
  expect([existsSync(join(dir, 'usr/bin/kubelet')), existsSync(join(dir, 'usr/bin/kubeadm'))]).toEqual([true, false]);
  expect(await complete()).toMatchObject({ programs: ['kubeadm', 'kubectl'] });
});

test('an image that was cut off on its way is an error, and another run goes on with it', async () => {
  containerd();
  program('wrk', '');
  const { images } = needs();
  put('/cache/cut.tar', 'podlab.local/etcd:1 cut\n');
  const cut = images.map((one) =>
    one.reference.includes('etcd') ? { ...one, archive: join(dir, 'cache', 'cut.tar') } : one,
  );
  await expect(complete({ images: cut })).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
  expect(await complete()).toEqual({ ...nothing, images: ['podlab.local/etcd:1'] });
});

test('a node of a room without cluster needs programs of packages alone', async () => {
  put('/archive/wrk', 'wrk');
  const packaged = needs().packaged.filter(({ name }) => name === 'wrk');
  expect(await complete({ packaged, programs: [], images: [] })).toEqual({ ...nothing, packages: ['wrk'] });
});

test('of what cannot be read everything is missing', () => {
  const wanted = needs();
  expect(judge('', wanted)).toEqual({
    system: '',
    needed: wanted.packaged,
    programs: wanted.programs,
    images: wanted.images,
  });
});
