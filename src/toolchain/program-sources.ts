// Where the programs of a version come from: the first source that has them, and what can fill its gaps.

import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import { modulesSource } from './modules-source.ts';
import { pathSource } from './path-source.ts';
import type { ProgramSource } from './program.ts';
import { releaseSource } from './release-source.ts';
import type { ToolchainRequest } from './request.ts';

/**
 * @returns the source of the node's programs first; for those that it has not, such as etcd, Go modules of the same version
 * @throws LabError HOST_UNSUITABLE when no source has this version, with every reason; what a source that was asked for throws
 */
export async function programSources(request: ToolchainRequest, reporter: Reporter): Promise<readonly ProgramSource[]> {
  const { from, version } = request;
  const reasons: string[] = [];
  const next = (reason: string, going: string) => {
    reasons.push(reason);
    reporter.info(`${reason}: ${going}`);
  };
  // A directory or a mirror that somebody names is what they want.
  const wanted = from ?? (request.dir !== undefined ? 'path' : request.mirror !== undefined ? 'release' : undefined);
  if (wanted === undefined || wanted === 'path') {
    const source = await pathSource(request, reporter);
    if (typeof source !== 'string') return [source, ...gapFillers(request, reporter)];
    if (wanted === 'path') {
      throw new LabError('NOT_FOUND', source, { hint: `Put kubeadm, kubelet and kubectl ${version} there.` });
    }
    next(source, "trying upstream's release downloads");
  }
  if (wanted === undefined || wanted === 'release') {
    try {
      return [await releaseSource(request, reporter), ...gapFillers(request, reporter)];
    } catch (error) {
      const isReason = error instanceof LabError && error.code === 'DOWNLOAD_FAILED';
      if (wanted === 'release' || !isReason) throw error;
      next(error.message, 'trying Go modules');
    }
  }
  try {
    return [modulesSource(request, reporter)];
  } catch (error) {
    if (wanted === 'modules' || !(error instanceof LabError)) throw error;
    throw new LabError(error.code, `Kubernetes ${version} can't be had: ${[...reasons, error.message].join('; ')}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

/** Programs of images that nobody publishes as a download; there are none for a version other than podlab's own. */
function gapFillers(request: ToolchainRequest, reporter: Reporter): readonly ProgramSource[] {
  try {
    return [modulesSource(request, reporter)];
  } catch (error) {
    if (error instanceof LabError) return [];
    throw error;
  }
}
