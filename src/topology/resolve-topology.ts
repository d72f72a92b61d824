// From what a stack file says to the room as it will be: fills in every default and finds everything that can't work.

import type { Problem } from '../error.ts';
import { checkCombinations } from './check-combinations.ts';
import { checkFixedNetworks } from './check-fixed-networks.ts';
import { checkOverlaps, type HostRoute } from './check-overlaps.ts';
import { labelFault } from './labels.ts';
import { collectProblems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import { resolveCni } from './resolve-cni.ts';
import { resolveExisting } from './resolve-existing.ts';
import { resolveImage } from './resolve-image.ts';
import { resolveKubernetes } from './resolve-kubernetes.ts';
import { resolveMinikube } from './resolve-minikube.ts';
import { resolveNetworks } from './resolve-networks.ts';
import { resolveNodes } from './resolve-nodes.ts';
import type { Outside, Topology } from './topology.ts';

export interface ResolveOptions {
  /** The name of the stack: the middle of `Pulumi.<stack>.yaml`. */
  readonly stack: string;
  /** The routes of this machine, to warn about networks that it reaches already. Default none. */
  readonly hostRoutes?: readonly HostRoute[];
}

export interface Resolved {
  /** Undefined when there is an error, here or in the form of the file. */
  readonly topology: Topology | undefined;
  readonly problems: readonly Problem[];
}

/** TEST-NET-3 (RFC 5737): nobody routes it, so nobody misses it. */
const outside: Outside = { cidr: '203.0.113.0/24', ip: '203.0.113.10', gateway: '203.0.113.1' };

/** Stack names become part of Pulumi's, libvirt's and the file system's names. */
const maxStackName = 40;

function written(list: readonly (string | undefined)[] = []): readonly string[] {
  return list.filter((value) => value !== undefined);
}

/** Deterministic: the same text and stack name give the same topology on every machine. */
export function resolveTopology(raw: RawStack, options: ResolveOptions): Resolved {
  const { settings } = raw;
  const problems = collectProblems(raw.locate);
  const fault = labelFault(options.stack, maxStackName);
  if (fault !== '') {
    const hint = `Name the file Pulumi.NAME.yaml, with a NAME of lower-case letters, digits and dashes, at most ${maxStackName}.`;
    problems.error([], `the stack name ${JSON.stringify(options.stack)} ${fault}`, hint);
  }
  const networks = resolveNetworks(raw, problems);
  const nodes = resolveNodes(raw, options.stack, networks, problems);
  const kubernetes = resolveKubernetes(raw, networks, nodes, problems);
  const cni = resolveCni(raw, kubernetes, nodes, problems);
  checkOverlaps(raw, { networks, kubernetes, outside, hostRoutes: options.hostRoutes ?? [] }, problems);
  checkCombinations(raw, networks, problems);
  checkFixedNetworks(raw, problems);
  const image = resolveImage(raw, problems);
  const minikube = resolveMinikube(raw, { stack: options.stack, networks, nodes, kubernetes, cni }, problems);
  const existing = resolveExisting(raw, problems);

  const hasErrors = !raw.isComplete || problems.list.some(({ severity }) => severity === 'error');
  const topology = {
    stack: options.stack,
    driver: settings['podlab:driver'] ?? 'sandbox',
    engine: settings['podlab:engine'] ?? 'none',
    uplink: String(settings['podlab:uplink']) === 'true',
    networks: networks.map(({ name, mode, cidr, gateway, bridge, mtuBytes }) => {
      return { name, mode, cidr, gateway, bridge, mtuBytes };
    }),
    nodes: nodes.map(({ name, nics, defaultGateway, cpus, memoryMiB, rack }) => {
      return { name, nics, defaultGateway, cpus, memoryMiB, rack };
    }),
    outside,
    kubernetes,
    cni,
    workloads: {
      manifests: written(settings['podlab:workloads']?.manifests),
      images: written(settings['podlab:workloads']?.images),
    },
    image,
    minikube,
    existing,
  };
  return { topology: hasErrors ? undefined : topology, problems: problems.list };
}
