// Verbs of a workshop: for the instructor, and for its seats.

import type { Verb } from '../command.ts';
import { json, stack, workshop } from './options.ts';

export const workshopVerbs: readonly Verb[] = [
  {
    name: 'fleet',
    group: 'Workshop',
    args: [],
    summary: "a workshop's seats: the same as fleet status",
    details: '',
    examples: ['podlab fleet', 'podlab fleet --workshop day1/workshop.yaml'],
    options: [workshop, json],
    load: () => import('../verbs/fleet-status.ts'),
  },
  {
    name: 'fleet up',
    group: 'Workshop',
    args: ['[seat...]'],
    summary: 'build the room of every seat',
    details:
      'Seats that are up are left alone, so it can be run again; what fails on one seat stays with that seat. Before anything is made it compares what the rooms need with what the machine has.',
    examples: ['podlab fleet up', 'podlab fleet up 3 7-9', 'podlab fleet up --dry-run'],
    options: [
      workshop,
      { flags: '--parallel <n>', summary: 'rooms that are made at the same time' },
      { flags: '--force', summary: 'also when the machine seems too small' },
      { flags: '--dry-run', summary: 'only say which rooms would be built' },
      json,
    ],
    load: () => import('../verbs/fleet-up.ts'),
  },
  {
    name: 'fleet status',
    group: 'Workshop',
    args: [],
    summary: "every seat's room, and where its participant is",
    details: 'Exit code 0 when every room is up, 1 when one is not; then it says what to do about each.',
    examples: ['podlab fleet status', 'podlab fleet status --watch'],
    options: [workshop, { flags: '--watch', summary: 'again every two seconds, until Ctrl-C' }, json],
    load: () => import('../verbs/fleet-status.ts'),
  },
  {
    name: 'fleet reset',
    group: 'Workshop',
    args: ['[seat...]'],
    summary: "build seats' rooms anew",
    details: 'Progress is kept.',
    examples: ['podlab fleet reset 4', 'podlab fleet reset'],
    options: [workshop, json],
    load: () => import('../verbs/fleet-reset.ts'),
  },
  {
    name: 'fleet down',
    group: 'Workshop',
    args: ['[seat...]'],
    summary: "remove seats' rooms",
    details:
      'Rooms that this workshop did not make are left alone. Progress is kept on this machine; on a cluster it goes with its volume.',
    examples: ['podlab fleet down', 'podlab fleet down 4'],
    options: [workshop, json],
    load: () => import('../verbs/fleet-down.ts'),
  },
  {
    name: 'fleet exec',
    group: 'Workshop',
    args: ['<node>', '[seat...]'],
    summary: 'run a command on the same node of many seats',
    details:
      'Every line of output begins with the seat. Exit code 1 when it failed on one of them. On a cluster, node localhost is the container of the seat.',
    examples: [
      'podlab fleet exec node1 -- ip -brief address',
      'podlab fleet exec gateway 3 -- nft list ruleset',
      'podlab fleet exec localhost -- podlab check by-hand/namespace',
      'podlab fleet exec --timeout 900 localhost -- podlab labs prove by-hand',
    ],
    options: [
      workshop,
      { flags: '--timeout <seconds>', summary: 'after which the command is ended (default: 120)' },
      json,
    ],
    load: () => import('../verbs/fleet-exec.ts'),
  },
  {
    name: 'fleet stacks',
    group: 'Workshop',
    args: ['[seat...]'],
    summary: "seats' Pulumi stacks: their hosts and networks, and files to make them by 'pulumi up'",
    details:
      'For seats on libvirt hosts and on a cluster. Written files are those that Pulumi finds by the name of the stack; what podlab did not write is never overwritten.',
    examples: ['podlab fleet stacks', 'podlab fleet stacks --write', 'podlab fleet stacks 3 --out /srv/day1'],
    options: [
      workshop,
      { flags: '--write', summary: "write them to podlab's own directory stacks, where Pulumi.yaml says they are" },
      { flags: '--out <dir>', summary: 'write them to another directory' },
      json,
    ],
    load: () => import('../verbs/fleet-stacks.ts'),
  },
  {
    name: 'fleet image',
    group: 'Workshop',
    args: [],
    summary: 'make the container image of seats on a cluster',
    details:
      'Debian, Node and podlab in one archive, from the package sources of this machine; no registry is asked. Seats with an engine need an image that has it; with kubernetes it brings the toolchain, too. Needs root and mmdebstrap.',
    examples: [
      'podlab fleet image',
      'podlab fleet image --engine kubernetes',
      'podlab fleet image --output seat.tar --tag registry.example/podlab-seat:1',
    ],
    options: [
      {
        flags: '--engine <engine>',
        summary: 'of the template of the seats: none, docker or kubernetes (default: none)',
      },
      { flags: '-o, --output <file>', summary: 'the archive (default: podlab-seat.tar)' },
      {
        flags: '--tag <reference>',
        summary: 'the name in it (default: podlab.local/seat:1, seat-docker:1, seat-kubernetes:1)',
      },
      json,
    ],
    load: () => import('../verbs/fleet-image.ts'),
  },
  {
    name: 'fleet cards',
    group: 'Workshop',
    args: ['[seat...]'],
    summary: 'give seats new tokens, and write cards with them',
    details:
      'Only hashes of tokens are kept, so cards can be written once; new ones make the old ones void. On a cluster the workshop file says where pages are; --url is then for another way there.',
    examples: [
      'podlab fleet cards --url https://lab.example/ --html cards.html --csv cards.csv',
      'podlab fleet cards --html cards.html',
    ],
    options: [
      workshop,
      { flags: '--url <url>', summary: 'where participants reach the pages; on a cluster a star in it is the seat' },
      { flags: '--html <file>', summary: 'a page to print' },
      { flags: '--csv <file>', summary: 'a table to mail from' },
      { flags: '--self-signed', summary: "with the fingerprint of the certificate that 'serve --self-signed' shows" },
      json,
    ],
    load: () => import('../verbs/fleet-cards.ts'),
  },
  {
    name: 'fleet revoke',
    group: 'Workshop',
    args: ['<seat...>'],
    summary: 'make the tokens of seats worthless',
    details: 'Their pages end at once, and their reports are refused; new cards give new tokens.',
    examples: ['podlab fleet revoke 4'],
    options: [workshop, json],
    load: () => import('../verbs/fleet-revoke.ts'),
  },
  {
    name: 'fleet export',
    group: 'Workshop',
    args: [],
    summary: 'what was reported, for other programs',
    details:
      'csv: a row for each seat and task. json: everything, with events and evidence. xapi: a statement for each check.',
    examples: ['podlab fleet export --out day1.csv', 'podlab fleet export --format xapi --out day1.json'],
    options: [
      workshop,
      { flags: '--format <format>', summary: 'csv (the default), json or xapi' },
      { flags: '--out <file>', summary: 'a file instead of standard output' },
    ],
    load: () => import('../verbs/fleet-export.ts'),
  },
  {
    name: 'serve',
    group: 'Workshop',
    args: [],
    summary: "open the instructor's page and the seats' pages, and take the reports of the seats",
    details:
      'Serves on 127.0.0.1 until it is interrupted; at other addresses only with TLS. Reports are on disk before they are acknowledged; tokens are those of the cards. Seats on a cluster are followed through its API server: they need no way to here, and have their pages there.',
    examples: [
      'podlab serve',
      'podlab serve --listen 0.0.0.0 --port 8443 --self-signed',
      'podlab serve --listen 0.0.0.0 --port 443 --name lab.example --cert lab.pem --key lab.key',
    ],
    options: [
      workshop,
      { flags: '-p, --port <port>', summary: 'the port (default: a free one)' },
      {
        flags: '--listen <address>',
        summary: 'another address of this machine than 127.0.0.1; 0.0.0.0 is all of them',
      },
      { flags: '--name <names>', summary: 'names, with commas, by which browsers reach it; the first stands in links' },
      { flags: '--cert <file>', summary: 'the certificate, PEM' },
      { flags: '--key <file>', summary: 'its key, PEM' },
      { flags: '--self-signed', summary: 'with a certificate of its own, known by its fingerprint' },
      {
        flags: '--root-shells',
        summary: 'shells in the browser also in rooms whose engine runs as root of this machine',
      },
      json,
    ],
    load: () => import('../verbs/serve.ts'),
  },
  {
    name: 'seat',
    group: 'Workshop',
    args: ['[dir]'],
    summary: 'serve the page of one seat: what its container on a cluster runs',
    details:
      'Reads what the workshop says, and the hash of the seat\'s token, from files that "podlab fleet" puts there. It has no TLS of its own: an Ingress or a forwarded port stands before it.',
    examples: ['podlab seat /workshop/seat --listen 0.0.0.0 --port 8080 --url https://day1-03.lab.example/'],
    options: [
      stack,
      { flags: '-p, --port <port>', summary: 'the port (default: a free one)' },
      { flags: '--listen <address>', summary: 'the address to listen at (default: 127.0.0.1)' },
      { flags: '--url <url>', summary: 'where participants reach it' },
      { flags: '--look', summary: 'only print the room as it is now' },
      json,
    ],
    load: () => import('../verbs/seat.ts'),
  },
  {
    name: 'report',
    group: 'Workshop',
    args: ['[url]'],
    summary: "tell a workshop's server what happens at this seat",
    details:
      'The token of the card is asked for, or read from --token-file or PODLAB_TOKEN. What cannot be sent is kept and sent later. Without a URL it says how things stand, and sends what waits.',
    examples: ['podlab report https://lab.example/', 'podlab report', 'podlab report --off'],
    options: [
      stack,
      { flags: '--token-file <file>', summary: 'the file that holds the token' },
      { flags: '--fingerprint <sha256>', summary: "of the server's certificate, when the card has one" },
      { flags: '--off', summary: 'tell nobody any more' },
      json,
    ],
    load: () => import('../verbs/report.ts'),
  },
  {
    name: 'hand',
    group: 'Workshop',
    args: ['[up-or-down]'],
    summary: 'raise your hand for the instructor, or take it down',
    details: '',
    examples: ['podlab hand', 'podlab hand down'],
    options: [stack, json],
    load: () => import('../verbs/hand.ts'),
  },
];
