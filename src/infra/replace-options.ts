// How resources of the libvirt provider are changed: by replacing them.

import type { CustomResourceOptions } from '@pulumi/pulumi';

/**
 * The provider reports a changed network as updated and leaves it as it is, and refuses to update a volume. Names are fixed,
 * so the new one can be made only when the old one is gone.
 */
export const replaced: CustomResourceOptions = { replaceOnChanges: ['*'], deleteBeforeReplace: true };
