// How daemons run on virtual machines.

import type { NodeSettings } from '../cluster/cluster-place.ts';
import type { RoomSettings } from './room-settings.ts';

/** How much longer an emulated processor takes. */
const emulated = 8;

export function machineNodes(type: RoomSettings['type']): NodeSettings {
  return { cgroupDriver: 'systemd', cgroupOf: () => '', patience: type === 'qemu' ? emulated : 1 };
}
