// The stack files of a workshop on a cluster: by them Pulumi makes what `fleet up` makes, a stack for each seat.

import { markKey, renderYaml } from './pulumi-stack-file.ts';
import type { Seat } from './workshop.ts';

export interface ClusterStack {
  readonly workshop: string;
  /** Absolute paths of the workshop file and of the template. */
  readonly file: string;
  readonly template: string;
  /** Undefined for what all seats share. */
  readonly seat: Seat | undefined;
  /** What the cluster has said: a preview should not depend on an answer. */
  readonly hasOwnUsers: boolean;
  readonly hasClaims: boolean;
  readonly ownsNamespace: boolean;
}

/** Keys of the configuration. */
export const clusterKeys = {
  workshop: 'fleet:workshop',
  template: 'fleet:template',
  ownUsers: 'fleet:ownUsers',
  claims: 'fleet:claims',
  ownsNamespace: 'fleet:ownsNamespace',
} as const;

/** The part of the mark that stands for what all seats share. */
export const sharedPart = 'shared';

export function renderClusterStack(stack: ClusterStack): string {
  const { workshop, file, template, seat, hasOwnUsers, hasClaims, ownsNamespace } = stack;
  const what = seat === undefined ? 'what all seats share' : `seat ${seat.number}`;
  const text = renderYaml({
    config: {
      [markKey]: `${workshop}/${seat?.number ?? sharedPart}`,
      [clusterKeys.workshop]: file,
      [clusterKeys.template]: template,
      [clusterKeys.ownUsers]: hasOwnUsers,
      [clusterKeys.claims]: hasClaims,
      [clusterKeys.ownsNamespace]: ownsNamespace,
    },
  });
  return `# Written by podlab: ${what} of workshop ${workshop}.\n${text}`;
}
