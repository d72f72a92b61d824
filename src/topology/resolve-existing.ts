// The cluster that is there already: how podlab reaches it, and settings that nobody can carry out on it.

import type { Path, Problems } from './problems.ts';
import type { RawExisting, RawStack } from './raw-stack.ts';
import type { AccessName, Existing, NodeAccess } from './topology.ts';

const at = (...path: Path): Path => ['config', 'podlab:existing', ...path];

/** Settings that one way to the nodes alone has. */
const ownSettings: Readonly<Record<AccessName, readonly (keyof RawExisting)[]>> = {
  'debug-pod': ['image'],
  ssh: ['user', 'port', 'key', 'jump'],
  docker: [],
  minikube: ['profile'],
};

/** Has the applet nsenter, as every image of busybox in its usual build. */
const debugImage = 'busybox:1.37';

export function resolveExisting(raw: RawStack, problems: Problems): Existing | undefined {
  const written = raw.settings['podlab:existing'];
  const isMeant = raw.settings['podlab:driver'] === 'existing';
  if (!isMeant) {
    if (written !== undefined && !raw.isLeftOut(['config', 'podlab:driver'])) {
      const driver = raw.settings['podlab:driver'] ?? 'sandbox';
      const message = `podlab:existing is not used, because the driver is ${driver}`;
      problems.warning(at(), message, 'Write podlab:driver: existing, or remove podlab:existing.', 'key');
    }
    return undefined;
  }
  const { kubeconfig = '', context = '', ...settings } = written ?? {};
  if (!raw.isLeftOut(at('access'))) checkSettings(settings, problems);
  checkUnused(raw, problems);
  return { kubeconfig, context, access: accessOf(settings) };
}

function accessOf({ access = 'debug-pod', ...settings }: RawExisting): NodeAccess {
  switch (access) {
    case 'debug-pod':
      return { by: access, image: settings.image ?? debugImage };
    case 'ssh': {
      const { user = 'root', port = 0, key = '', jump = '' } = settings;
      return { by: access, user, port, key, jump };
    }
    case 'docker':
      return { by: access };
    case 'minikube':
      return { by: access, profile: settings.profile ?? 'minikube' };
  }
}

function checkSettings({ access = 'debug-pod', ...settings }: RawExisting, problems: Problems): void {
  for (const key of Object.keys(settings) as (keyof RawExisting)[]) {
    if (ownSettings[access].includes(key)) continue;
    const owner = (Object.keys(ownSettings) as AccessName[]).find((name) => ownSettings[name].includes(key));
    problems.error(at(key), `${key} is not for access ${access}`, `Remove ${key}, or write access: ${owner}.`, 'key');
  }
}

/** podlab changes nothing on a cluster that it has not made, so that these would wait for ever. */
function checkUnused({ settings }: RawStack, problems: Problems): void {
  const { manifests, images } = settings['podlab:workloads'] ?? {};
  for (const [key, list] of Object.entries({ manifests, images })) {
    if (list === undefined) continue;
    const message = `${key} are not used: driver existing takes the cluster as it is`;
    const hint = key === 'manifests' ? 'Apply them yourself, and remove them here.' : 'Remove images.';
    problems.warning(['config', 'podlab:workloads', key], message, hint, 'key');
  }
}
