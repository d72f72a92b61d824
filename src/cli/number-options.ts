// Options that are numbers, as people write them.

import { LabError } from '../error.ts';

type Given = string | boolean | undefined;

interface WholeNumber {
  readonly least: number;
  readonly most: number;
  /** When nothing was given. */
  readonly usual: number;
  /** What is counted, in the plural. */
  readonly of?: string;
}

/** @throws LabError USAGE */
export function wholeNumber(flag: string, given: Given, { least, most, usual, of }: WholeNumber): number {
  if (given === undefined) return usual;
  const number = Number(given);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const what = of === undefined ? 'whole number' : `whole number of ${of}`;
  throw new LabError('USAGE', `${flag} ${given} is not a ${what} from ${least} to ${most}`);
}

/** @returns 0, for any that is free, when no number was given @throws LabError USAGE */
export function portNumber(flag: string, given: Given): number {
  const port = Number(given === true ? 0 : (given ?? 0));
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new LabError('USAGE', `${flag}: there is no port ${given}`, { hint: 'Write a number from 1 to 65535.' });
}
