// The images of a version of Kubernetes: given, pulled, or assembled.

import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import { assembleImages } from './assemble-images.ts';
import { goModules, readPin } from './go-modules.ts';
import { type CachedImage, imageByReference } from './image-cache.ts';
import { type ImageNames, imageNames, localRepository } from './image-names.ts';
import type { ProgramSource } from './program.ts';
import { forEachRole } from './record.ts';
import { pullImages, registryOf, whyUnreachable } from './registry.ts';
import type { ToolchainRequest } from './request.ts';
import { type ImageRole, imageRoles } from './toolchain.ts';

export interface ClusterImages {
  /** What kubeadm's images are named by. */
  readonly repository: string;
  readonly images: Readonly<Record<ImageRole, CachedImage>>;
}

/** kubeadm names them with one prefix for all, so they come from one place. */
const kubeadmRoles = imageRoles.slice(0, 7);
/** Images that the same registry may have or not. */
const extraRoles = ['agnhost', 'metrics-server'] as const;

/**
 * @param sources where programs for assembled images may come from, best first
 * @throws LabError as its parts; a registry that was asked for by name and can't deliver is an error, any other only a reason
 */
export async function clusterImages(
  kubeadm: string,
  request: ToolchainRequest,
  sources: readonly ProgramSource[],
  reporter: Reporter,
): Promise<ClusterImages> {
  const metricsServer = metricsServerVersion(request);
  const upstream = await imageNames(kubeadm, request.version, undefined, metricsServer);
  const local = await imageNames(kubeadm, request.version, localRepository, metricsServer);
  const found = await fromElsewhere(upstream, request, reporter);
  const missing = imageRoles.filter((role) => found.get(role) === undefined);
  const wanted = missing.map((role) => ({ role, reference: local.references[role] }));
  const assembled = await assembleImages(wanted, request, sources, reporter);
  const of = (role: ImageRole): CachedImage => {
    const image = found.get(role) ?? assembled.get(role);
    if (image === undefined) throw new Error(`no image for ${role}`);
    return image;
  };
  const isUpstream = !missing.includes('kube-apiserver');
  return {
    repository: isUpstream ? upstream.repository : local.repository,
    images: forEachRole(of),
  };
}

/** Images under upstream's names: those in the cache, then those of the registry. */
async function fromElsewhere(
  names: ImageNames,
  request: ToolchainRequest,
  reporter: Reporter,
): Promise<Map<ImageRole, CachedImage>> {
  const found = new Map<ImageRole, CachedImage>();
  // Who wants everything built here wants no registry, unless one is named.
  if (request.from === 'modules' && request.registry === undefined) return found;
  for (const role of [...kubeadmRoles, ...extraRoles]) {
    const image = await imageByReference(request.cacheDir, names.references[role], request.verify === true, reporter);
    if (image !== undefined) found.set(role, image);
  }
  const missing = kubeadmRoles.filter((role) => !found.has(role));
  const pull = async (roles: readonly ImageRole[]) => {
    const references = roles.map((role) => names.references[role]);
    const images = await pullImages({ references, mirror: request.registry }, request, reporter);
    for (const [index, role] of roles.entries()) {
      const image = images[index];
      if (image !== undefined) found.set(role, image);
    }
  };
  const registry = request.registry ?? registryOf(names.references['kube-apiserver']);
  const isAsked = request.registry !== undefined;
  const extras = extraRoles.filter((role) => !found.has(role));
  if (missing.length + extras.length === 0) return found;
  const why = await whyUnreachable(registry, request);
  if (why !== undefined) {
    if (isAsked) throw new LabError('DOWNLOAD_FAILED', why, { hint: 'Leave --registry out to assemble the images.' });
    if (missing.length > 0) reporter.info(`images are assembled on this machine: ${why}`);
    return missing.length === 0 ? found : new Map();
  }
  try {
    if (missing.length > 0) await pull(missing);
  } catch (error) {
    if (isAsked || !isRegistrysFault(error)) throw error;
    reporter.info(`images are assembled on this machine: ${error.message}`);
    return new Map();
  }
  for (const role of extras) {
    try {
      await pull([role]);
    } catch (error) {
      if (!isRegistrysFault(error)) throw error;
      reporter.info(`${role} is assembled on this machine: ${error.message}`);
    }
  }
  return found;
}

/** Nothing came, or something that is not what it should be: assembled images do as well. */
function isRegistrysFault(error: unknown): error is LabError {
  return error instanceof LabError && ['DOWNLOAD_FAILED', 'DAMAGED'].includes(error.code);
}

function metricsServerVersion({ home }: ToolchainRequest): string {
  const module = goModules.find(({ name }) => name === 'metrics-server');
  return module === undefined ? '' : readPin(home, module).version;
}
