// The programs that come as Go modules, pinned by the go.mod and go.sum files under toolchain/.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';

export const nodePrograms = ['kubeadm', 'kubelet', 'kubectl'] as const;
/** Programs that live in images only. */
export const imagePrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'agnhost',
  'etcd',
  'coredns',
  'metrics-server',
] as const;
export type ProgramName = (typeof nodePrograms)[number] | (typeof imagePrograms)[number];

export interface GoModule {
  /** Directory under toolchain/. */
  readonly name: string;
  /** Path of the module whose version is the programs' version. */
  readonly requires: string;
  readonly packages: Readonly<Partial<Record<ProgramName, string>>>;
}

const command = (name: string) => `k8s.io/kubernetes/cmd/${name}`;

/** One module for each project: their requirements contradict each other. */
export const goModules: readonly GoModule[] = [
  {
    name: 'kubernetes',
    requires: 'k8s.io/kubernetes',
    packages: {
      'kube-apiserver': command('kube-apiserver'),
      'kube-controller-manager': command('kube-controller-manager'),
      'kube-scheduler': command('kube-scheduler'),
      'kube-proxy': command('kube-proxy'),
      kubeadm: command('kubeadm'),
      kubelet: command('kubelet'),
      kubectl: command('kubectl'),
      agnhost: 'k8s.io/kubernetes/test/images/agnhost',
    },
  },
  { name: 'etcd', requires: 'go.etcd.io/etcd/server/v3', packages: { etcd: 'go.etcd.io/etcd/server/v3' } },
  { name: 'coredns', requires: 'github.com/coredns/coredns', packages: { coredns: 'github.com/coredns/coredns' } },
  {
    name: 'metrics-server',
    requires: 'sigs.k8s.io/metrics-server',
    packages: { 'metrics-server': 'sigs.k8s.io/metrics-server/cmd/metrics-server' },
  },
];

/** What go.mod says of a module. */
export interface Pin {
  readonly dir: string;
  /** Version of `requires`, `v1.36.3` form. */
  readonly version: string;
  /** The oldest Go that builds it, `1.26.0` form. */
  readonly go: string;
  /** Hash of go.mod and go.sum. */
  readonly hash: string;
}

/** @param home podlab's own directory */
export function readPin(home: string, module: GoModule): Pin {
  const dir = join(home, 'toolchain', module.name);
  const mod = readFileSync(join(dir, 'go.mod'), 'utf8');
  const hash = createHash('sha256')
    .update(mod)
    .update(readFileSync(join(dir, 'go.sum')))
    .digest('hex');
  return { dir, hash, ...parseGoMod(mod, module.requires) };
}

/** @throws LabError HOST_UNSUITABLE when the file does not say it, which means that podlab is not whole */
export function parseGoMod(text: string, requires: string): { readonly version: string; readonly go: string } {
  const go = /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(text)?.[1];
  const lines = text.split('\n').map((line) => line.trim().replace(/^require\s+/, ''));
  const version = lines.find((line) => line.startsWith(`${requires} v`))?.split(' ')[1];
  if (go === undefined || version === undefined) {
    throw new LabError('HOST_UNSUITABLE', `go.mod does not require ${requires}`, { hint: 'Install podlab again.' });
  }
  return { version, go };
}
