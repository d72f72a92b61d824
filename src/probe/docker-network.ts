// docker.network: a network of docker and its members.

import * as v from 'valibot';
import { dockerName, on } from './args.ts';
import { type Container, containers, dockerNetwork, netnsOwner, usesHostNetwork } from './docker-view.ts';
import { ipv4Addresses } from './links.ts';
import { nodeName } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const dockerNetworkProbe = defineProbe({
  name: 'docker.network',
  summary: 'Which containers are members of a docker network, and what is its subnet?',
  runs: [
    "docker network ls --no-trunc --format '{{json .Name}}'",
    'docker network inspect NAME',
    'docker ps --all --quiet --no-trunc',
    'docker inspect --type container ID …',
    'ip -j -4 addr',
  ],
  take: 'names',
  args: v.strictObject({ on, name: v.optional(dockerName('Name of the network; `bridge` if absent.'), 'bridge') }),
  returns: {
    exists: 'docker has a network of this name',
    driver: 'bridge, host, null, overlay …; empty when there is none',
    bridge: 'name of its Linux bridge, for example `docker0`; empty for other drivers',
    subnet: 'its first IPv4 subnet, or empty',
    gateway: 'address of the bridge on the node, or empty',
    containers: 'running members, sorted by name: name, ipv4 (without prefix), mac',
    names: 'their names',
    count: 'how many they are',
    joined: 'names of the running containers that use the namespace of a member, and so are no members themselves',
    host_network: 'names of the running containers that use the network of the host and are no members of any bridge',
    elsewhere: 'names of the other running containers: on other networks, or on none',
    stopped: 'names of the containers that do not run; they are members of nothing',
  },
  async observe(context, { on, name }) {
    const executor = context.node(nodeName(context, on));
    const [network, all] = await Promise.all([dockerNetwork(executor, name), containers(executor)]);
    const members = Object.values(network?.Containers ?? {})
      .map((member) => ({ name: member.Name, ipv4: member.IPv4Address.split('/')[0] ?? '', mac: member.MacAddress }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    // The name is the option of the default bridge; others are named after the network's id (docker's own rule).
    const option = network?.Options?.['com.docker.network.bridge.name'];
    const bridge = network?.Driver === 'bridge' ? (option ?? `br-${network.Id.slice(0, 12)}`) : '';
    const ipam = network?.IPAM.Config?.[0];
    const addresses = bridge === '' ? [] : await ipv4Addresses({ executor, netns: '', exists: true });
    return {
      exists: network !== undefined,
      driver: network?.Driver ?? '',
      bridge,
      subnet: ipam?.Subnet ?? '',
      gateway: addresses.find((address) => address.iface === bridge)?.ip ?? ipam?.Gateway ?? '',
      containers: members,
      names: members.map((member) => member.name),
      count: members.length,
      ...others(all, new Set(members.map((member) => member.name))),
    };
  },
});

/** Every container that is no member, sorted out by the reason. */
function others(all: readonly Container[], members: ReadonlySet<string>) {
  const left = all.filter((one) => !members.has(one.name));
  const names = (reason: (one: Container) => boolean) => left.filter(reason).map((one) => one.name);
  const isJoined = (one: Container) => members.has(netnsOwner(all, one).name);
  const isOnHost = (one: Container) => usesHostNetwork(all, one);
  return {
    joined: names((one) => one.running && isJoined(one)),
    host_network: names((one) => one.running && isOnHost(one)),
    elsewhere: names((one) => one.running && !isJoined(one) && !isOnHost(one)),
    stopped: names((one) => !one.running),
  };
}
