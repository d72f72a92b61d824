// What images are called: the names that kubeadm expects, and those of images that it does not know.

import { LabError } from '../error.ts';
import { runProgram } from '../host/run.ts';
import type { ImageRole } from './toolchain.ts';

/** Names of assembled images begin with it; no registry has this name. */
export const localRepository = 'podlab.local';

/** test/images/agnhost/VERSION of the pinned Kubernetes. */
export const agnhostVersion = '2.63.0';

/** Raised when a recipe changes, so that what was made by the old one is made again. */
export const recipeVersion = 2;

export interface ImageNames {
  readonly repository: string;
  readonly references: Readonly<Record<ImageRole, string>>;
}

/**
 * @param repository undefined for upstream's own, which nobody but kubeadm names
 * @throws LabError COMMAND_FAILED when kubeadm does not know this version
 */
export async function imageNames(
  kubeadm: string,
  version: string,
  repository: string | undefined,
  metricsServerVersion: string,
): Promise<ImageNames> {
  const options = repository === undefined ? [] : ['--image-repository', repository];
  const argv = [kubeadm, 'config', 'images', 'list', '--kubernetes-version', version, ...options] as const;
  const { exitCode, stdout, stderr } = await runProgram(argv, { env: { HOME: '/nonexistent' } });
  if (exitCode !== 0) {
    throw new LabError('COMMAND_FAILED', `${kubeadm} does not list the images of ${version}: ${stderr.trim()}`, {
      hint: `Use the kubeadm of ${version}.`,
    });
  }
  return namesFrom(stdout, metricsServerVersion);
}

/** @param list one reference in each line */
export function namesFrom(list: string, metricsServerVersion: string): ImageNames {
  const lines = list.split('\n').filter((line) => line.includes(':'));
  const of = (role: string): string => {
    const found = lines.find((line) => line.slice(0, line.lastIndexOf(':')).endsWith(`/${role}`));
    if (found === undefined) {
      throw new LabError('COMMAND_FAILED', `kubeadm names no image for ${role}`, { hint: `It said:\n${list}` });
    }
    return found;
  };
  const apiServer = of('kube-apiserver');
  const repository = apiServer.slice(0, apiServer.lastIndexOf('/'));
  // Upstream keeps these in directories of their own; kubeadm does so with CoreDNS, for its own repository only.
  const isUpstream = of('coredns').endsWith(`/coredns/${of('coredns').split('/').at(-1)}`);
  const metricsServer = isUpstream ? 'metrics-server/metrics-server' : 'metrics-server';
  return {
    repository,
    references: {
      'kube-apiserver': apiServer,
      'kube-controller-manager': of('kube-controller-manager'),
      'kube-scheduler': of('kube-scheduler'),
      'kube-proxy': of('kube-proxy'),
      etcd: of('etcd'),
      coredns: of('coredns'),
      pause: of('pause'),
      agnhost: `${repository}/${isUpstream ? 'e2e-test-images/agnhost' : 'agnhost'}:${agnhostVersion}`,
      'metrics-server': `${repository}/${metricsServer}:${metricsServerVersion}`,
      box: `${localRepository}/box:1`,
      dds: `${localRepository}/dds:1`,
    },
  };
}
