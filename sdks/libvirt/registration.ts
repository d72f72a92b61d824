// Tells the engine which plugin serves these resources: the bridge, with the Terraform provider as its parameter.

import { type CustomResourceOptions, runtime } from '@pulumi/pulumi';
import manifest from './package.json' with { type: 'json' };

const { name: bridge, version: bridgeVersion, parameterization } = manifest.pulumi;

/** A reference to the package in the running engine, which asks for it once. */
export function libvirtPackage(): Promise<string | undefined> {
  return runtime.registerPackage({
    baseProviderName: bridge,
    baseProviderVersion: bridgeVersion,
    baseProviderDownloadUrl: '',
    packageName: parameterization.name,
    packageVersion: parameterization.version,
    base64Parameter: parameterization.value,
  });
}

export function withVersion(options: CustomResourceOptions = {}): CustomResourceOptions {
  return { version: parameterization.version, ...options };
}
