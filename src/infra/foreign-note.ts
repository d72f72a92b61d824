// What people are told about an image that podlab has not built, before anything is made.

import { foreignPackages } from '../image/foreign.ts';
import { imageRoles } from '../toolchain/toolchain.ts';
import type { Topology } from '../topology/topology.ts';
import type { MachineImage } from './room-settings.ts';

/** Sentences, one for each line; none for one of podlab's own. */
export function foreignNote(
  { engine, kubernetes, nodes }: Topology,
  { foreign }: Pick<MachineImage, 'foreign'>,
): readonly string[] {
  if (foreign === undefined) return [];
  const hasCluster = engine === 'kubernetes';
  const packages = foreignPackages(hasCluster).join(', ');
  const cutOff = nodes.filter(({ defaultGateway }) => defaultGateway === '').map(({ name }) => name);
  return [
    `${foreign.name} is no image of podlab's: cloud-init installs what it lacks of ${packages}, from the archives of Debian or Ubuntu`,
    ...(hasCluster
      ? [
          `from its own cache podlab brings kubelet, kubeadm and kubectl ${kubernetes.version} and ${imageRoles.length} container images, as far as they are missing`,
        ]
      : []),
    ...(cutOff.length === 0
      ? []
      : [`no way out has ${cutOff.join(', ')}: there the image must have those packages already`]),
  ];
}
