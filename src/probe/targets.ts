// Addresses that a lab names by what they belong to: `pod/web`, `service/web`, `external/web`, `node/node1`.

import { LabError } from '../error.ts';
import { findPod, podFacts, splitName } from './pods.ts';
import type { ProbeContext } from './probe.ts';
import { findService } from './services.ts';

/** For the descriptions of arguments. */
export const targetForms =
  '`pod/NAME`, `service/NAME` (its ClusterIP), `external/NAME` (address from its load balancer), `node/NAME`; outside of `default` NAMESPACE/NAME';

const form = /^(pod|service|external|node)\/(.+)$/;

/** Whether the text is one of those forms. */
export function isTarget(text: string): boolean {
  return form.test(text);
}

/** @throws LabError NOT_FOUND when there is no such thing, or it has no address now */
export async function addressOfTarget(context: ProbeContext, target: string): Promise<string> {
  const [, kind = '', name = ''] = form.exec(target) ?? [];
  const ip = await addressOf(context, kind, name);
  if (ip !== '') return ip;
  throw new LabError('NOT_FOUND', `there is no ${target}, or it has no address`, {
    hint: 'Ask whether it exists, with k8s.pod or k8s.service, in a clause before this one.',
  });
}

/** `http://{service/web}:80/` with the address in place of the braces. */
export async function resolveUrl(context: ProbeContext, url: string): Promise<string> {
  const target = /^http:\/\/\{([^}]+)\}/.exec(url)?.[1];
  return target === undefined ? url : url.replace(`{${target}}`, await addressOfTarget(context, target));
}

async function addressOf(context: ProbeContext, kind: string, name: string): Promise<string> {
  switch (kind) {
    case 'pod': {
      const pod = await findPod(context, name);
      return pod === undefined ? '' : podFacts(pod).ip;
    }
    case 'service': {
      const ip = (await findService(context, splitName(name)))?.service.spec?.clusterIP ?? '';
      return ip === 'None' ? '' : ip;
    }
    case 'external':
      return (await findService(context, splitName(name)))?.service.status?.loadBalancer?.ingress?.[0]?.ip ?? '';
    case 'node': {
      const { nodes, kubernetes } = context.topology;
      const nics = nodes.find((node) => node.name === name)?.nics ?? [];
      return (nics.find(({ network }) => network === kubernetes.advertise) ?? nics[0])?.ip ?? '';
    }
    default:
      return '';
  }
}
