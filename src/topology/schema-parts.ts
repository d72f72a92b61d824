// Small schemas whose message is a noun phrase, with a description; what schemas of files are made of.

import * as v from 'valibot';

/*
 * A leaf's message is a noun phrase: "X is not <phrase>" is the problem, "Write <phrase>." the hint. What follows
 * "such as" is left out of the former.
 */
export function described<S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

export function text(phrase: string) {
  return v.string(phrase);
}

export function pattern(phrase: string, shape: RegExp) {
  return v.pipe(v.string(phrase), v.regex(shape, phrase));
}

export function whole(phrase: string, least: number, most: number) {
  return v.pipe(v.number(phrase), v.integer(phrase), v.minValue(least, phrase), v.maxValue(most, phrase));
}

export function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, `one of ${names.join(', ')}`);
}

export const booleanPhrase = 'true or false';
const mtuPhrase = 'a whole number of bytes from 576 to 65535';

export const mtu = described(whole(mtuPhrase, 576, 65_535), 'Largest IP packet, in bytes.');
