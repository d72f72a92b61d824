// The text of a workshop file, and of its roster, as a workshop; everything that is wrong with them at once.

import type { Problem } from '../error.ts';
import { checkShape } from '../topology/check-shape.ts';
import { collectProblems, sortProblems } from '../topology/problems.ts';
import { readYaml } from '../topology/yaml-document.ts';
import { checkLibvirt } from './check-libvirt.ts';
import { resolveKubernetes } from './kubernetes-place.ts';
import { resolveLibvirt } from './libvirt-place.ts';
import { type RosterEntry, readRoster } from './roster.ts';
import { maxSeats, type Seat, type Workshop } from './workshop.ts';
import { type RawWorkshop, workshopSchema } from './workshop-schema.ts';

export interface WorkshopSource {
  readonly text: string;
  /** The name that problems carry. */
  readonly file: string;
  /** The text of the roster that is named, and the name that its problems carry; undefined when there is no such file. */
  readonly roster: (path: string) => { readonly text: string; readonly file: string } | undefined;
}

/** Never throws. No workshop when there is an error. */
export function parseWorkshop({ text, file, roster }: WorkshopSource): {
  readonly workshop: Workshop | undefined;
  readonly problems: readonly Problem[];
} {
  const { data, locate, problems: yamlProblems } = readYaml(text, file);
  if (data === undefined) return { workshop: undefined, problems: yamlProblems };
  const problems = collectProblems(locate);
  const { value } = checkShape(workshopSchema, data ?? {}, [], problems, new Set());
  if (yamlProblems.length + problems.list.length > 0) {
    return { workshop: undefined, problems: sortProblems([...yamlProblems, ...problems.list]) };
  }
  const raw = value as RawWorkshop;
  const listed = raw.roster === undefined ? { entries: [], problems: [] } : readListed(raw.roster);
  const seats = raw.seats ?? seatsFor(listed.entries);
  if (seats === 0 && listed.problems.length + problems.list.length === 0) {
    problems.error([], 'nobody has a seat', 'Add seats: 10, or roster: people.csv.', 'key');
  }
  if (raw.seats !== undefined && seatsFor(listed.entries) > raw.seats) {
    const hint = `Write seats: ${seatsFor(listed.entries)}, or leave it out.`;
    problems.error(['seats'], `the roster needs ${seatsFor(listed.entries)} seats, but there are ${raw.seats}`, hint);
  }
  if (seats > maxSeats) problems.error(['roster'], `${seats} seats are too many`, `Name at most ${maxSeats} people.`);
  const opensAt = raw.opens === undefined ? 0 : Date.parse(raw.opens);
  const closesAt = raw.closes === undefined ? 0 : Date.parse(raw.closes);
  if (opensAt > 0 && closesAt > 0 && closesAt <= opensAt) {
    problems.error(['closes'], 'the workshop closes before it opens', 'Write a later time.');
  }
  for (const place of ['kubernetes', 'libvirt'] as const) {
    if (raw[place] === undefined || raw.place === place) continue;
    problems.error([place], `${place} is for another place`, `Write place: ${place}, or leave it out.`, 'key');
  }
  if (raw.libvirt !== undefined) checkLibvirt(raw.libvirt, seats, problems);
  checkPages(raw.kubernetes, problems);
  const all = sortProblems([...problems.list, ...listed.problems]);
  if (all.length > 0) return { workshop: undefined, problems: all };
  const { name, title = name, stack, labs, place = 'local', hints = 'open' } = raw;
  return {
    workshop: {
      name,
      title,
      stack,
      labs,
      place,
      ...(place === 'libvirt' ? { libvirt: resolveLibvirt(raw.libvirt) } : {}),
      ...(place === 'kubernetes' ? { kubernetes: resolveKubernetes(name, raw.kubernetes) } : {}),
      hints,
      opensAt,
      closesAt,
      seats: seatPeople(name, seats, listed.entries),
    },
    problems: [],
  };

  function readListed(path: string) {
    const found = roster(path);
    if (found !== undefined) return readRoster(found.text, found.file);
    problems.error(['roster'], `there is no file ${path}`, 'Write the path of the roster, relative to this file.');
    return { entries: [], problems: [] };
  }
}

/** A page has one address, which is not that of another seat. */
function checkPages(raw: RawWorkshop['kubernetes'], problems: ReturnType<typeof collectProblems>): void {
  const { ingress, nodePorts } = raw ?? {};
  if (ingress !== undefined && ingress.host.startsWith('*') === (ingress.path !== undefined)) {
    const at = ['kubernetes', 'ingress', ingress.path === undefined ? 'host' : 'path'];
    const hint = 'Write host: "*.lab.example", or host: lab.example and path: /seats/*.';
    problems.error(at, 'the seat is to be in the name or in the path, in one of them', hint);
  }
  if (ingress !== undefined && nodePorts !== undefined) {
    problems.error(['kubernetes', 'nodePorts'], 'pages have an Ingress already', 'Leave one of them out.', 'key');
  }
}

function seatsFor(entries: readonly RosterEntry[]): number {
  return Math.max(entries.length, ...entries.map(({ seat }) => seat), 0);
}

/** People with a number get that seat, the others the free ones, in the roster's order. */
function seatPeople(name: string, count: number, entries: readonly RosterEntry[]): readonly Seat[] {
  const people = new Map(entries.filter(({ seat }) => seat > 0).map(({ seat, person }) => [seat, person]));
  const waiting = entries.filter(({ seat }) => seat === 0).map(({ person }) => person);
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const person = people.get(number) ?? waiting.shift() ?? '';
    return { number, stack: `${name}-${String(number).padStart(digits, '0')}`, person };
  });
}
