// docker.containers: every container with its address, and who owns an address.

import * as v from 'valibot';
import { ipv4, on } from './args.ts';
import { containers, netnsOwner, usesHostNetwork } from './docker-view.ts';
import { nodeName } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const dockerContainers = defineProbe({
  name: 'docker.containers',
  summary: 'Which containers are there, in which network mode, with which address?',
  runs: ['docker ps --all --quiet --no-trunc', 'docker inspect --type container ID …'],
  take: 'names',
  args: v.strictObject({ on, ip: v.optional(ipv4('Address whose owner is wanted.')) }),
  returns: {
    containers:
      'sorted by name, stopped ones too: name, image, running, network_mode, netns_of (name of the container whose namespace it uses), ips, ip (the first, or empty)',
    names: 'names of the running ones',
    count: 'how many those are',
    stopped: 'names of the others',
    host_network: 'names of the running ones that use the network of the host, also by joining one that does',
    shared: 'names of the running ones that use the namespace of another container',
    owner: 'name of the container that has the address `ip`, or empty',
    users:
      'names of all running containers that appear with the address `ip`: the owner and those that use its namespace',
  },
  async observe(context, { on, ip }) {
    const all = await containers(context.node(nodeName(context, on)));
    const running = all.filter((container) => container.running);
    const owner = running.find(({ endpoints }) => endpoints.some((endpoint) => endpoint.ip === ip))?.name ?? '';
    const names = (of: typeof all) => of.map((container) => container.name);
    return {
      containers: all.map(({ name, image, running, networkMode, netnsOf, endpoints }) => ({
        name,
        image,
        running,
        network_mode: networkMode,
        netns_of: netnsOf,
        ips: endpoints.map((endpoint) => endpoint.ip),
        ip: endpoints[0]?.ip ?? '',
      })),
      names: names(running),
      count: running.length,
      stopped: names(all.filter((container) => !container.running)),
      host_network: names(running.filter((one) => usesHostNetwork(all, one))),
      shared: names(running.filter((container) => container.netnsOf !== '')),
      owner,
      users: owner === '' ? [] : names(running.filter((one) => netnsOwner(all, one).name === owner)),
    };
  },
});
