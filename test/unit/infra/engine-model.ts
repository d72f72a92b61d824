// What a run of Pulumi would do to a room that is there: the engine's rules, applied to what the program registers.

import { isDeepStrictEqual } from 'node:util';
import type { Options, Registered } from './vm-room.ts';

/** Resources in the order of their registration, which is that of their dependencies; by name. Components are nobody's. */
export type Graph = ReadonlyMap<string, Registered & { readonly options: Options }>;

export interface Changes {
  readonly make: readonly string[];
  readonly replace: readonly string[];
  readonly update: readonly string[];
  readonly remove: readonly string[];
  readonly same: readonly string[];
}

/**
 * Properties of which the provider says itself that another value is another resource.
 *
 * libvirt: `RequiresReplace` in internal/provider/*_resource.go of dmacvicar/terraform-provider-libvirt after 0.9.7.
 * command: `replaceOnChanges` in provider/pkg/provider/common/inputs.go of pulumi-command 1.2.1.
 * kubernetes: `DiffConfig` in provider/pkg/provider/provider.go of pulumi-kubernetes 4.
 */
const forcesNew: Readonly<Record<string, readonly string[]>> = {
  'libvirt:index/cloudinitDisk:CloudinitDisk': ['name', 'userData', 'metaData', 'networkConfig'],
  'libvirt:index/volume:Volume': ['pool', 'create'],
  'libvirt:index/network:Network': [],
  'libvirt:index/pool:Pool': [],
  'libvirt:index/domain:Domain': [],
  'command:remote:Command': ['triggers'],
  'command:local:Command': ['triggers'],
  'pulumi:providers:kubernetes': ['clusterIdentifier'],
  'pulumi:providers:libvirt': [],
  // Stands for the objects in it, which are each updated.
  'kubernetes:yaml/v2:ConfigGroup': [],
};

/** What the same provider can't update: it refuses, or (a network) reports success and leaves it as it is. */
export const neverUpdated: readonly string[] = [
  'libvirt:index/cloudinitDisk:CloudinitDisk',
  'libvirt:index/volume:Volume',
  'libvirt:index/network:Network',
  'libvirt:index/pool:Pool',
];

/**
 * Rules of pkg/resource/deploy/step_generator.go of Pulumi 3.260 (`diff`, `applyReplaceOnChanges`,
 * `calculateDependentReplacements`).
 *
 * @param replaced names of what is known to be replaced; more may be found
 */
export function changesBetween(before: Graph, after: Graph, replaced: ReadonlySet<string>): Changes {
  const found = new Set(replaced);
  const changes = { make: [], replace: [], update: [], remove: [], same: [] } as Record<keyof Changes, string[]>;
  for (const [name, { type, inputs, options }] of after) {
    const old = before.get(name);
    const changed = old === undefined ? [] : differing(old.inputs, inputs);
    const isAnother = (property: string) => options.replaceOnChanges.includes('*') || rulesFor(type).includes(property);
    const goesAlong =
      [options.provider, options.deletedWith, ...options.replaceWith].some((other) => found.has(other)) ||
      // What it is made of is removed first, and what will come is not known yet.
      [...(old?.options.dependencies ?? [])].some(
        ([property, from]) =>
          isAnother(property) && from.some((one) => found.has(one) && before.get(one)?.options.deleteBeforeReplace),
      );
    if (old === undefined) changes.make.push(name);
    else if (goesAlong || changed.some(isAnother)) {
      changes.replace.push(name);
      found.add(name);
    } else if (changed.length > 0) changes.update.push(name);
    else changes.same.push(name);
  }
  changes.remove.push(...[...before.keys()].filter((name) => !after.has(name)));
  return changes;
}

function rulesFor(type: string): readonly string[] {
  const rules = forcesNew[type];
  if (rules === undefined) throw new Error(`nobody has looked up what makes a ${type} another one`);
  return rules;
}

export function graphOf(registered: readonly Registered[], options: ReadonlyMap<string, Options>): Graph {
  return new Map(
    registered
      .filter(({ type }) => !type.startsWith('podlab:'))
      .map((one) => {
        const own = options.get(one.name);
        if (own?.type !== one.type) throw new Error(`no options of ${one.type} ${one.name}`);
        return [one.name, { ...one, options: own }];
      }),
  );
}

function differing(one: Record<string, unknown>, other: Record<string, unknown>): readonly string[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => !isDeepStrictEqual(one[key], other[key]));
}
