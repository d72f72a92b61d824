// The package @pulumi/libvirt, as far as podlab uses it.

export { CloudinitDisk, type CloudinitDiskArgs } from './cloudinit-disk.ts';
export { Domain, type DomainArgs } from './domain.ts';
export { Network, type NetworkArgs } from './network.ts';
export { Pool, type PoolArgs } from './pool.ts';
export { Provider, type ProviderArgs } from './provider.ts';
export { Volume, type VolumeArgs } from './volume.ts';
