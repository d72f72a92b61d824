// The changes that every published manifest needs: environment, arguments, JSON inside of ConfigMaps, images.

import { Document, isMap, isScalar, type YAMLMap } from 'yaml';
import type { Topology } from '../../topology/topology.ts';
import { listAt, type Manifest, type ManifestPath, mapAt, misshapen, type Part, setText, textAt } from './manifest.ts';

/** A container, or an init container, of a DaemonSet or Deployment. @throws LabError STACK_INVALID */
export function containerOf(workload: Part, name: string, list = 'containers'): Part {
  return mapAt(workload, ['spec', 'template', 'spec', list, { name }]);
}

/** Sets variables of a container, those that it has and new ones. @throws LabError STACK_INVALID */
export function setEnv(container: Part, values: Readonly<Record<string, string>>): void {
  const list = listAt(container, ['env']);
  for (const [name, value] of Object.entries(values)) {
    const entry = list.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
    if (entry === undefined) list.add(new Document({ name, value }).contents);
    else {
      entry.delete('valueFrom');
      entry.set('value', value);
    }
  }
}

/** Sets arguments of the form `--name=value`, those that it has and new ones. @throws LabError STACK_INVALID */
export function setArgs(container: Part, values: Readonly<Record<string, string>>): void {
  const list = listAt(container, ['args']);
  for (const [name, value] of Object.entries(values)) {
    const entry = list.items.find((item) => isScalar(item) && String(item.value).startsWith(`--${name}=`));
    if (isScalar(entry)) entry.value = `--${name}=${value}`;
    else list.add(`--${name}=${value}`);
  }
}

/** Changes JSON that is a text in a manifest. @throws LabError STACK_INVALID */
export function changeJson(part: Part, path: ManifestPath, change: (data: Record<string, unknown>) => object): void {
  const text = textAt(part, path);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw misshapen(part.file, `${part.what}: ${path.join('.')}`, `it is not JSON: ${(error as Error).message}`);
  }
  setText(part, path, `${JSON.stringify(change(data as Record<string, unknown>), undefined, 2)}\n`);
}

/** The plugin of a type in the `plugins` of a CNI configuration. @throws LabError STACK_INVALID */
export function pluginOf(part: Part, data: Record<string, unknown>, type: string): Record<string, unknown> {
  const plugins = Array.isArray(data.plugins) ? data.plugins : [];
  const plugin = plugins.find((one) => one?.type === type);
  if (plugin !== undefined) return plugin;
  throw misshapen(part.file, `${part.what}: a CNI plugin of type ${type}`, 'there is none');
}

/** Where the API server is, for agents that must reach it before anybody serves ClusterIPs. */
export function apiServerEnv({ kubernetes }: Topology): Readonly<Record<string, string>> {
  return {
    KUBERNETES_SERVICE_HOST: kubernetes.advertiseAddress,
    KUBERNETES_SERVICE_PORT: `${kubernetes.apiPort}`,
  };
}

/**
 * Names every image in full, with a tag, from the registry that the stack file asks for; and lets nobody pull what is there.
 *
 * @param tag for images without one, or with `latest`
 * @returns the images, each once
 */
export function settleImages({ objects }: Manifest, registry: string, tag: string): readonly string[] {
  const images = new Set<string>();
  for (const container of objects.flatMap(containersIn)) {
    const image = imageName(String(container.get('image')), registry, tag);
    container.set('image', image);
    container.set('imagePullPolicy', 'IfNotPresent');
    images.add(image);
  }
  return [...images];
}

function containersIn(object: YAMLMap): readonly YAMLMap[] {
  const pod = object.getIn(['spec', 'template', 'spec']);
  if (!isMap(pod)) return [];
  return ['initContainers', 'containers'].flatMap((list) => {
    const items = pod.get(list);
    return typeof items === 'object' && items !== null && 'items' in items
      ? (items.items as unknown[]).filter((item): item is YAMLMap => isMap(item) && item.has('image'))
      : [];
  });
}

/** In full as containerd names it: what has no registry in front is Docker's. */
function imageName(written: string, registry: string, tag: string): string {
  const [first = '', ...rest] = written.split('/');
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const path = hasRegistry ? rest.join('/') : rest.length === 0 ? `library/${written}` : written;
  const colon = path.lastIndexOf(':');
  const [name, own] = colon === -1 ? [path, ''] : [path.slice(0, colon), path.slice(colon + 1)];
  const host = registry || (hasRegistry ? first : 'docker.io');
  return `${host}/${name}:${own === '' || own === 'latest' ? tag : own}`;
}
