// What a stack file has run on its cluster from the start: applied, and waited for.

import { parseAllDocuments } from 'yaml';
import { LabError } from '../error.ts';
import { type ClusterPlace, controlPlaneOf } from './cluster-place.ts';
import { apply, waitFor } from './kubectl.ts';

/** The text of a manifest with the path that the stack file gives it. */
export interface Manifest {
  readonly file: string;
  readonly text: string;
}

const withinSeconds = 180;

/** Kinds that `kubectl rollout status` knows. */
const rolledOut = ['Deployment', 'DaemonSet', 'StatefulSet'];

/** @throws LabError STACK_INVALID for a file that is no YAML, COMMAND_FAILED when the API refuses it, TIMEOUT */
export async function applyWorkloads(
  place: ClusterPlace,
  manifests: readonly Manifest[],
  update: (seen: string) => void,
): Promise<void> {
  const controlPlane = place.node(controlPlaneOf(place.topology));
  for (const manifest of manifests) {
    const waits = waitsOf(manifest);
    update(`applying ${manifest.file}`);
    await apply(controlPlane, manifest.text);
    for (const wait of waits) {
      update(`${manifest.file}: ${wait.what}`);
      await waitFor(controlPlane, wait.words, withinSeconds);
    }
  }
}

interface Wait {
  readonly what: string;
  readonly words: readonly string[];
}

interface KubernetesObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

function waitsOf({ file, text }: Manifest): readonly Wait[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new LabError('STACK_INVALID', `${file}: ${error.message}`);
    const { kind = '', metadata } = (document.toJS() ?? {}) as KubernetesObject;
    const name = metadata?.name;
    if (name === undefined) return [];
    const what = `${kind.toLowerCase()}/${name}`;
    const where = ['--namespace', metadata?.namespace ?? 'default'];
    if (rolledOut.includes(kind)) return [{ what, words: ['rollout', 'status', what, ...where] }];
    if (kind === 'Pod') return [{ what, words: ['wait', '--for=condition=Ready', what, ...where] }];
    return [];
  });
}
