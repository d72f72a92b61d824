// The slim package against the generated one: tokens, property names, and one place for versions.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CustomResource } from '@pulumi/pulumi';
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../../sdks/libvirt/package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..', '..');
const registered: { type: string; name: string; inputs: Record<string, unknown> }[] = [];
let libvirt: typeof import('@pulumi/libvirt');

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, uuid: `${name}-uuid`, path: `/pool/${name}` } };
      },
      call: ({ inputs }) => inputs,
    },
    'podlab',
    'test',
    false,
  );
  libvirt = await import('@pulumi/libvirt');
});

test('classes have the tokens of the generated package', async () => {
  const made: readonly CustomResource[] = [
    new libvirt.Network('network', { name: 'n' }),
    new libvirt.Pool('pool', { type: 'dir' }),
    new libvirt.Volume('volume', { pool: 'p' }),
    new libvirt.CloudinitDisk('disk', { userData: '', metaData: '' }),
    new libvirt.Domain('domain', { type: 'qemu' }),
    new libvirt.Provider('provider', { uri: 'test:///default' }),
  ];
  await Promise.all(made.map(({ urn }) => resolved(urn)));
  expect(Object.fromEntries(registered.map(({ type, name }) => [name, type]))).toEqual({
    network: 'libvirt:index/network:Network',
    pool: 'libvirt:index/pool:Pool',
    volume: 'libvirt:index/volume:Volume',
    disk: 'libvirt:index/cloudinitDisk:CloudinitDisk',
    domain: 'libvirt:index/domain:Domain',
    provider: 'pulumi:providers:libvirt',
  });
});

test('what only the provider knows is an output', async () => {
  const volume = new libvirt.Volume('v', { pool: 'p', name: 'v.qcow2' });
  const domain = new libvirt.Domain('d', { type: 'kvm' });
  expect(await resolved(volume.path)).toBe('/pool/v');
  expect(await resolved(volume.name)).toBe('v.qcow2');
  expect(await resolved(domain.uuid)).toBe('d-uuid');
});

/** Names as they are in the package that `pulumi package add terraform-provider dmacvicar/libvirt 0.9.7` generates. */
const generated: Readonly<Record<string, string>> = {
  'network.ts':
    'name autostart bridge stp forward mode nat ports start end mtu size dns enable ips address prefix dhcp ranges uuid',
  'pool.ts': 'name type target path destroy delete uuid',
  'volume.ts': 'name pool capacity capacityUnit target format type backingStore path create content url',
  'cloudinit-disk.ts': 'name userData metaData networkConfig path',
  'domain.ts':
    'name type title memory memoryUnit vcpu running autostart cpu mode os typeArch typeMachine bootDevices dev kernel initrd ' +
    'cmdline features acpi apic clock offset onPoweroff onReboot onCrash update shutdown timeout destroy graceful devices ' +
    'disks device readOnly source file target bus driver cache discard interfaces network model mac address serials path ' +
    'append port log consoles rngs backend random memBalloon videos uuid',
  'provider.ts': 'uri',
};

test.each(Object.entries(generated))(
  '%s declares names of the generated package only, and all that podlab sets',
  (file, names) => {
    const text = readFileSync(join(root, 'sdks', 'libvirt', file), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const declared = [...code.matchAll(/\b(\w+)\??: (?:Input|Output)<|\b(\w+)\??: Input</g)].map(([, name]) => name);
    expect([...new Set(declared)].sort()).toEqual(names.split(' ').sort());
  },
);

test('the parameter of the bridge is this provider in this version, and Pulumi.yaml asks for the same', () => {
  const { name, version, parameterization } = manifest.pulumi;
  expect(JSON.parse(Buffer.from(parameterization.value, 'base64').toString())).toEqual({
    remote: { url: expect.stringMatching(/\/dmacvicar\/libvirt$/), version: parameterization.version },
  });
  expect(manifest.version).toBe(parameterization.version);
  const project = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'));
  expect(project.packages[parameterization.name]).toEqual({
    source: name,
    version,
    parameters: ['dmacvicar/libvirt', parameterization.version],
  });
});

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
