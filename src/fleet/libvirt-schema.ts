// What a workshop file says about the hosts of virtual machines, as a schema.

import * as v from 'valibot';
import { described, oneOf, pattern, text, whole } from '../topology/schema-parts.ts';
import { memoryPattern } from '../topology/units.ts';
import { machineTypes, usualCidr, usualParallel } from './libvirt-place.ts';

const uriPhrase = 'a libvirt such as qemu:///system or qemu+ssh://lab@host2/system';
const memoryPhrase = 'a size such as "64GiB"';
const cpusPhrase = 'a whole number of CPUs from 1 to 4096';
const directoryPhrase = 'the absolute path of a directory such as /srv/podlab';
const hostPhrase = 'a host such as { uri: "qemu+ssh://lab@host2/system", memory: 64GiB }';
const hostsPhrase = 'a list of hosts such as [{ uri: "qemu:///system" }]';

/** The system's libvirt alone: that of a session can't make networks. */
const uriPattern = /^(qemu:\/\/\/system|qemu\+ssh:\/\/([\w.-]+@)?[a-zA-Z0-9][\w.-]*(:\d{1,5})?\/system)$/;

const host = v.strictObject(
  {
    uri: described(pattern(uriPhrase, uriPattern), 'Which libvirt; over SSH with the keys of the SSH agent.'),
    memory: v.optional(
      described(
        pattern(memoryPhrase, memoryPattern),
        'What the machines of seats may take there in all. Without it, what is free when they are made.',
      ),
    ),
    cpus: v.optional(
      described(
        whole(cpusPhrase, 1, 4096),
        'How many virtual CPUs the machines of seats may have there in all. Without it, as many as they want.',
      ),
    ),
    type: v.optional(
      described(oneOf(machineTypes), 'As vm:type of a stack, for this host: qemu is emulation, and slow.'),
    ),
    directory: v.optional(
      described(
        pattern(directoryPhrase, /^\/[^\s'"]*$/),
        'Where the disks of seats are on that host, each in a directory of its own. Without it, what the template says.',
      ),
    ),
  },
  hostPhrase,
);

export const libvirtSchema = v.strictObject(
  {
    hosts: v.optional(
      described(
        v.pipe(v.array(host, hostsPhrase), v.minLength(1, hostsPhrase)),
        'The hosts, each a map with uri and perhaps memory, cpus, type, directory. Without it, the libvirt of this machine.',
      ),
    ),
    cidr: v.optional(
      described(
        text('an IPv4 network such as 10.200.0.0/14'),
        "What the seats' networks are taken from, instead of those of the template, which only one room of a host could have.",
      ),
      usualCidr,
    ),
    parallel: v.optional(
      described(whole('a whole number from 1 to 16', 1, 16), 'Rooms that are made at the same time on one host.'),
      usualParallel,
    ),
  },
  'a map such as { hosts: [{ uri: "qemu:///system" }] }',
);

export type RawLibvirt = v.InferInput<typeof libvirtSchema>;
