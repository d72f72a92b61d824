// Options that several verbs have.

import type { Option } from '../command.ts';

export const driver: Option = { flags: '--driver <name>', summary: 'another driver than the stack file names' };
export const json: Option = { flags: '--json', summary: 'print the answer as JSON' };
export const stack: Option = {
  flags: '-s, --stack <stack>',
  summary: 'stack name or file (default: the one room that is up)',
};
export const lab: Option = { flags: '-l, --lab <lab>', summary: 'name of a lab (default: the one you are in)' };
export const workshop: Option = {
  flags: '-w, --workshop <file>',
  summary: 'the workshop file (default: workshop.yaml)',
};
