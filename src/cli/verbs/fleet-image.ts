// podlab fleet image: the container image of seats on a cluster, as an archive.

import { resolve } from 'node:path';
import { packagesFor } from '../../driver/doctor/programs.ts';
import { LabError } from '../../error.ts';
import { seatImages } from '../../fleet/kubernetes-place.ts';
import { pinnedVersion } from '../../toolchain/resolve-toolchain.ts';
import { buildSeatImage } from '../../toolchain/seat-image.ts';
import { type EngineName, engineNames } from '../../topology/topology.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { workplaceOf } from '../workplace.ts';

/** What a machine has and a container lacks: for rooms and for Node; a first process that reaps; something to read and write with. */
const basics = ['mount', 'libstdc++6', 'tini', 'bash-completion', 'less', 'nano'];

/** The Debian packages of the image, sorted. */
export function seatPackages(engine: EngineName): readonly string[] {
  const needs = ['sandbox', 'labs', 'impairments', ...(engine === 'none' ? [] : [engine])] as const;
  return [...packagesFor(needs), ...basics].sort();
}

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const output = resolve(typeof options.output === 'string' ? options.output : 'podlab-seat.tar');
  const engine = engineOf(options.engine);
  const reference = typeof options.tag === 'string' ? options.tag : seatImages[engine];
  const kubernetes = engine === 'kubernetes' ? pinnedVersion(app.home) : undefined;
  const leftOut = Object.values(seatImages);
  const started = performance.now();
  const image = await buildSeatImage(
    { ...workplaceOf(app), packages: seatPackages(engine), kubernetes, leftOut, reference, output },
    await app.reporter(),
  );
  const durationMs = Math.round(performance.now() - started);
  app.answer(options.json === true, { reference, output, ...image, durationMs }, () =>
    [
      `${reference} in ${output}, ${(image.bytes / 1e6).toFixed(0)} MB`,
      `Put it in a registry (skopeo copy oci-archive:${output} docker://…), or on every node:`,
      `    ctr -n k8s.io images import ${output}`,
      'Nodes of a podlab room have it from the start with podlab:workloads: { images: [./podlab-seat.tar] }.',
      '',
    ].join('\n'),
  );
  return exitCodes.done;
}

function engineOf(given: VerbInput['options'][string]): EngineName {
  const engine = engineNames.find((name) => name === (given ?? 'none'));
  if (engine !== undefined) return engine;
  throw new LabError('USAGE', `--engine ${given}: no such engine`, { hint: `Use ${engineNames.join(', ')}.` });
}
