// What docker says about its containers and networks, as JSON.

import * as v from 'valibot';
import type { Argv, Executor } from '../host/host.ts';
import { output, parseJson } from './net-view.ts';

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly running: boolean;
  /** Process id on the node; 0 when it isn't running. */
  readonly pid: number;
  /** `bridge`, `host`, `none`, a network's name, or `container:NAME` with the id replaced by the name. */
  readonly networkMode: string;
  /** Name of the container whose network namespace this one uses; '' when it has its own or the host's. */
  readonly netnsOf: string;
  /** Path of the namespace that docker made for it; '' when it uses another one's. */
  readonly sandboxKey: string;
  /** One for each network that it is on. */
  readonly endpoints: readonly { network: string; ip: string; mac: string; gateway: string }[];
}

const networkAnswer = v.looseObject({ IPAddress: v.string(), MacAddress: v.string(), Gateway: v.string() });

const containerAnswer = v.looseObject({
  Id: v.string(),
  Name: v.string(),
  State: v.looseObject({ Running: v.boolean(), Pid: v.number() }),
  Config: v.looseObject({ Image: v.string() }),
  HostConfig: v.looseObject({ NetworkMode: v.string() }),
  NetworkSettings: v.looseObject({
    SandboxKey: v.optional(v.string(), ''),
    Networks: v.nullish(v.record(v.string(), networkAnswer)),
  }),
});

/** All containers, stopped ones too, sorted by name. */
export async function containers(executor: Executor): Promise<Container[]> {
  const ids = await output(executor, ['docker', 'ps', '--all', '--quiet', '--no-trunc']);
  if (ids.trim() === '') return [];
  const argv: Argv = ['docker', 'inspect', '--type', 'container', ...ids.trim().split('\n')];
  const limits = { maxOutputBytes: 16 * 1024 * 1024 };
  const answers = parseJson(executor, argv, await output(executor, argv, limits), v.array(containerAnswer));
  const nameOf = (reference: string) =>
    answers.find(({ Id, Name }) => Id === reference || Name === `/${reference}`)?.Name.slice(1) ?? reference;
  return answers
    .map((answer): Container => {
      const mode = answer.HostConfig.NetworkMode;
      const netnsOf = mode.startsWith('container:') ? nameOf(mode.slice('container:'.length)) : '';
      const networks = Object.entries(answer.NetworkSettings.Networks ?? {});
      return {
        id: answer.Id,
        name: answer.Name.slice(1),
        image: answer.Config.Image,
        running: answer.State.Running,
        pid: answer.State.Pid,
        networkMode: netnsOf === '' ? mode.replace(/^default$/, 'bridge') : `container:${netnsOf}`,
        netnsOf,
        sandboxKey: answer.NetworkSettings.SandboxKey,
        endpoints: networks
          .map(([network, { IPAddress: ip, MacAddress: mac, Gateway: gateway }]) => ({ network, ip, mac, gateway }))
          .filter((endpoint) => endpoint.ip !== ''),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The container that owns the namespace which this one uses: often itself. One may join a container that joined another. */
export function netnsOwner(all: readonly Container[], container: Container): Container {
  let owner = container;
  for (let step = 0; step < all.length && owner.netnsOf !== ''; step++) {
    const next = all.find((one) => one.name === owner.netnsOf);
    if (next === undefined) break;
    owner = next;
  }
  return owner;
}

/** Also true for a container that joined one in host mode, as those of a host mode pod do. */
export function usesHostNetwork(all: readonly Container[], container: Container): boolean {
  return netnsOwner(all, container).networkMode === 'host';
}

const networkInspection = v.looseObject({
  Id: v.string(),
  Driver: v.string(),
  IPAM: v.looseObject({
    Config: v.nullish(
      v.array(v.looseObject({ Subnet: v.optional(v.string(), ''), Gateway: v.optional(v.string(), '') })),
    ),
  }),
  Containers: v.record(
    v.string(),
    v.looseObject({ Name: v.string(), IPv4Address: v.string(), MacAddress: v.string() }),
  ),
  Options: v.nullish(v.record(v.string(), v.string())),
});

export type DockerNetwork = v.InferOutput<typeof networkInspection>;

/** Undefined when docker has no network of that name. */
export async function dockerNetwork(executor: Executor, name: string): Promise<DockerNetwork | undefined> {
  // Asked first, because inspect fails in the same way for "no such network" and "no daemon".
  const list = await output(executor, ['docker', 'network', 'ls', '--no-trunc', '--format', '{{json .Name}}']);
  if (!list.split('\n').includes(JSON.stringify(name))) return undefined;
  const argv: Argv = ['docker', 'network', 'inspect', name];
  return parseJson(executor, argv, await output(executor, argv), v.array(networkInspection))[0];
}
