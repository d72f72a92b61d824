// The workshop file as one schema: what is accepted, what editors complete, what docs/workshop-file.md lists.

import * as v from 'valibot';
import { described } from '../topology/schema-parts.ts';
import { kubernetesSchema } from './kubernetes-schema.ts';
import { libvirtSchema } from './libvirt-schema.ts';
import { hintPolicies, maxSeats, placeKinds } from './workshop.ts';

const namePhrase = 'a name of at most 20 lower-case letters, digits and dashes such as day1';
const stackPhrase = 'a stack such as quickstart or ./Pulumi.mine.yaml';
const labPhrase = 'the name of a lab such as by-hand';
const seatsPhrase = `a whole number from 1 to ${maxSeats}`;
const timePhrase = 'a time with its zone such as 2026-11-23T09:00:00+01:00';
const rosterPhrase = 'the path of a CSV file such as ./people.csv';
const titlePhrase = 'a title of at most 120 characters';

const time = v.pipe(v.string(timePhrase), v.isoTimestamp(timePhrase));

export const workshopSchema = v.strictObject(
  {
    name: described(
      v.pipe(v.string(namePhrase), v.regex(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/, namePhrase)),
      'What seats and their rooms are called: NAME-01, NAME-02, …',
    ),
    title: v.optional(
      described(
        v.pipe(v.string(titlePhrase), v.maxLength(120, titlePhrase)),
        'What people read. Without it, the name.',
      ),
    ),
    stack: described(
      v.pipe(v.string(stackPhrase), v.minLength(1, stackPhrase)),
      'The template of every seat: the name of a stack, or the path of its file, relative to this one.',
    ),
    labs: described(
      v.pipe(
        v.array(v.pipe(v.string(labPhrase), v.minLength(1, labPhrase)), 'a list of labs such as [by-hand]'),
        v.minLength(1, 'a list of at least one lab such as [by-hand]'),
      ),
      'The labs, in the order in which they are taught.',
    ),
    seats: v.optional(
      described(
        v.pipe(
          v.number(seatsPhrase),
          v.integer(seatsPhrase),
          v.minValue(1, seatsPhrase),
          v.maxValue(maxSeats, seatsPhrase),
        ),
        'How many seats. Without it, one for each person of the roster.',
      ),
    ),
    roster: v.optional(
      described(
        v.pipe(v.string(rosterPhrase), v.minLength(1, rosterPhrase)),
        'Who sits where: a CSV file with the column name, and perhaps seat; its path is relative to this file.',
      ),
    ),
    place: v.optional(
      described(
        v.picklist(placeKinds, `one of ${placeKinds.join(', ')}`),
        'Where the rooms stand. local: on this machine. libvirt: as virtual machines. kubernetes: as pods of a cluster that is there.',
      ),
      'local',
    ),
    hints: v.optional(
      described(
        v.picklist(hintPolicies, `one of ${hintPolicies.join(', ')}`),
        'open: hints as the labs give them. locked: when the instructor opens them.',
      ),
      'open',
    ),
    opens: v.optional(described(time, 'When checks begin to count.')),
    closes: v.optional(described(time, 'When checks stop to count.')),
    libvirt: v.optional(described(libvirtSchema, 'The hosts and networks of the machines, for place: libvirt.')),
    kubernetes: v.optional(described(kubernetesSchema, 'The cluster, for place: kubernetes.')),
  },
  'a map with the keys name, stack and labs',
);

export type RawWorkshop = v.InferInput<typeof workshopSchema>;
