// Which seats a person means: `3`, `day1-03`, `2-5`, or all of them.

import { LabError } from '../error.ts';
import type { Seat, Workshop } from './workshop.ts';

/** The seats that the words name, each once, in their order; all when there is no word. @throws LabError NOT_FOUND */
export function selectSeats({ name, seats }: Workshop, words: readonly string[]): readonly Seat[] {
  if (words.length === 0) return seats;
  const chosen = new Set(words.flatMap((word) => numbersOf(word, name, seats)));
  return seats.filter(({ number }) => chosen.has(number));
}

function numbersOf(word: string, workshop: string, seats: readonly Seat[]): readonly number[] {
  const [, first = '', last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(word) ?? [];
  const [from, to] = [Number(first), Number(last)];
  const named = first === '' ? seats.filter(({ stack }) => stack === word) : seats.filter(isBetween(from, to));
  const isWhole = first === '' ? named.length === 1 : from <= to && named.length === to - from + 1;
  if (isWhole) return named.map(({ number }) => number);
  throw new LabError('NOT_FOUND', `workshop "${workshop}" has no seat "${word}"`, {
    hint: `Write a number from 1 to ${seats.length}, a range such as 2-5, or a name such as ${seats[0]?.stack}.`,
  });
}

function isBetween(from: number, to: number): (seat: Seat) => boolean {
  return ({ number }) => number >= from && number <= to;
}
