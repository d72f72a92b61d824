// image.present: whether a node has an image, and how large it is.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import type { Argv, Executor } from '../host/host.ts';
import { on } from './args.ts';
import { attempt, nodeName, output, parseJson, succeeded } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const imagePresent = defineProbe({
  name: 'image.present',
  summary: 'Has a node an image, how large is it, and in how many layers?',
  runs: ['ctr -n k8s.io images ls', 'ctr -n k8s.io content get DIGEST'],
  take: 'present',
  args: v.strictObject({
    on,
    image: v.pipe(
      v.string(),
      v.regex(/^\w[\w./:@-]{0,500}[*]?$/, 'expected a reference of an image'),
      v.description('Reference such as `podlab.local/agnhost:2.63.0`; a `*` at the end stands for any rest.'),
    ),
  }),
  returns: {
    present: 'the node has the image: a pod that uses it starts without a pull',
    image: 'its full reference, or empty',
    digest: 'digest of its manifest or index, or empty',
    size_bytes:
      'bytes of its configuration and layers as they were transferred (compressed ones compressed); 0 without it',
    layers: 'number of its layers',
    images: 'references of all images on the node, sorted; without those that only repeat one by its digest',
    count: 'how many those are',
  },
  async observe(context, { on, image }) {
    const executor = context.node(nodeName(context, on));
    const images = await listImages(executor);
    const found = images.find(({ name }) => matches(image, name));
    const size = found === undefined ? { size_bytes: 0, layers: 0 } : await sizeOf(executor, found.digest);
    return {
      present: found !== undefined,
      image: found?.name ?? '',
      digest: found?.digest ?? '',
      ...size,
      images: images.map(({ name }) => name),
      count: images.length,
    };
  },
});

interface Image {
  readonly name: string;
  readonly digest: string;
}

async function listImages(executor: Executor): Promise<Image[]> {
  const result = await attempt(executor, ['ctr', '-n', 'k8s.io', 'images', 'ls'], { maxOutputBytes: 4 * 1024 * 1024 });
  return parseImages(succeeded(executor, result).stdout);
}

/**
 * The lines of `ctr images ls`, which has no other form: of each the reference, which has no blanks, and the digest.
 * The kubelet also knows every image by the bare digest of its configuration and by NAME@DIGEST.
 */
export function parseImages(text: string): Image[] {
  return text
    .split('\n')
    .flatMap((line) => {
      const [, name = '', digest = ''] = /^(\S+)\s.*?\s(sha256:[0-9a-f]{64})\s/.exec(line) ?? [];
      return digest === '' || name.startsWith('sha256:') || name.includes('@sha256:') ? [] : [{ name, digest }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Docker's short names stand for a long one (`busybox` is `docker.io/library/busybox:latest`); podlab's are always long. */
function matches(wanted: string, name: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

const descriptor = v.looseObject({ digest: v.string(), size: v.number() });
const index = v.looseObject({ manifests: v.pipe(v.array(descriptor), v.minLength(1)) });
const manifest = v.looseObject({ config: descriptor, layers: v.array(descriptor) });

async function sizeOf(executor: Executor, digest: string): Promise<{ size_bytes: number; layers: number }> {
  let wanted = digest;
  // An index leads to one manifest for each kind of CPU; the first that the node has is its own.
  for (let step = 0; step < 3; step += 1) {
    const argv: Argv = ['ctr', '-n', 'k8s.io', 'content', 'get', wanted];
    const document = parseJson(executor, argv, await output(executor, argv), v.union([manifest, index]));
    if ('layers' in document) {
      const { config, layers } = document as v.InferOutput<typeof manifest>;
      return { size_bytes: layers.reduce((sum, { size }) => sum + size, config.size), layers: layers.length };
    }
    wanted = await firstThere(executor, (document as v.InferOutput<typeof index>).manifests);
  }
  throw new LabError('PROBE_FAILED', `${executor.name}: the image ${digest} is an index of indices`);
}

async function firstThere(executor: Executor, manifests: readonly { digest: string }[]): Promise<string> {
  for (const { digest } of manifests) {
    if ((await executor.run(['ctr', '-n', 'k8s.io', 'content', 'get', digest])).exitCode === 0) return digest;
  }
  throw new LabError('PROBE_FAILED', `${executor.name}: none of the manifests of an image is there`);
}
