// The plan of a room's CNI, with the manifest that it is made from: a file of the stack, or the pinned one.

import { basename, resolve } from 'node:path';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import type { Reporter } from '../../reporter.ts';
import { fetchManifest } from '../../toolchain/manifest.ts';
import type { Workplace } from '../../toolchain/request.ts';
import type { Topology } from '../../topology/topology.ts';
import type { CniPlan, UpstreamManifest } from './cni-plan.ts';
import { planCni } from './plan-cni.ts';
import { publishedManifests } from './published.ts';

/**
 * @param base directory of the stack file
 * @throws LabError NOT_FOUND for a file that is not there, STACK_INVALID for one of another shape; else as `fetchManifest`
 */
export async function gatherCni(
  topology: Topology,
  base: string,
  workplace: Workplace,
  reporter: Reporter,
): Promise<CniPlan> {
  const { name, manifest } = topology.cni;
  const published = publishedManifests[name];
  if (published === undefined) return planCni(topology, undefined);
  if (manifest !== '') return planCni(topology, readOwn(resolve(base, manifest), manifest));
  const text = await fetchManifest(published, { ...workplace, mirror: mirrorOf(workplace) }, reporter);
  return planCni(topology, { name: `${basename(published.path)} of ${name} ${published.version}`, text });
}

function readOwn(path: string, name: string): UpstreamManifest {
  const text = readTextIfExists(path);
  if (text !== undefined) return { name, text };
  throw new LabError('NOT_FOUND', `podlab:cni: there is no manifest ${path}`, {
    hint: 'Its path is relative to the stack file.',
  });
}

/** Where a school keeps copies, laid out as upstream's: owner/name/tag/path. */
function mirrorOf({ env }: Workplace): URL | undefined {
  const written = env.PODLAB_MANIFEST_MIRROR;
  if (!written) return undefined;
  if (URL.canParse(written)) return new URL(written);
  throw new LabError('USAGE', `PODLAB_MANIFEST_MIRROR: ${written} is no URL`, {
    hint: 'Write one such as http://mirror.example/raw/.',
  });
}
