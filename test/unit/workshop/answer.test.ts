import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerFromJson, parseAnswer, renderAnswer, sameAnswer } from '../../../src/workshop/answer.ts';
import type { AnswerType, AskSpec } from '../../../src/workshop/exercise.ts';
import { answerTypes } from '../../../src/workshop/exercise.ts';

const ask = (type: AnswerType, more: Partial<AskSpec> = {}): AskSpec => ({
  type,
  unit: '',
  within: 0,
  choices: [],
  of: 'text',
  ...more,
});
const rate = ask('number', { unit: 'req/s', within: 0.2 });
const time = ask('number', { unit: 'ms' });
const bytes = ask('number', { unit: 'B' });
const choice = ask('choice', { choices: ['The bridge', 'The veth', 'No one'] });

describe('an answer is read into its canonical form', () => {
  test.each<[AskSpec, string, unknown]>([
    [ask('int'), '1,048,574', 1048574],
    [ask('int'), ' 1_048_574 ', 1048574],
    [ask('int'), '1 048 574', 1048574],
    [ask('int'), '-3', -3],
    [ask('int'), '007', 7],
    [ask('number'), '1.5', 1.5],
    [ask('number'), '.5', 0.5],
    [ask('number'), '-0.5', -0.5],
    [ask('number'), '1e3', 1000],
    [rate, '12k req/s', 12000],
    [rate, '12,000', 12000],
    [rate, '12000 requests/s', 12000],
    [rate, '12k', 12000],
    [rate, '1.2M rps', 1200000],
    [time, '3.2 ms', 3.2],
    [time, '2 s', 2000],
    [time, '500us', 0.5],
    [bytes, '1 MiB', 1048576],
    [bytes, '1.5 kB', 1500],
    [ask('text'), '  Docker\u00a0 Zero ', 'docker zero'],
    [choice, 'the VETH', 'The veth'],
    [choice, '2', 'The veth'],
    [ask('choice', { choices: ['2', '1'] }), '2', '2'],
    [ask('ip'), '10.0.0.1', '10.0.0.1'],
    [ask('ip'), 'FD00:0:0::1', 'fd00::1'],
    [ask('cidr'), '10.96.0.0/12', '10.96.0.0/12'],
    [ask('cidr'), '10.96.0.0-10.111.255.255', '10.96.0.0/12'],
    [ask('cidr'), '10.96.0.0 - 10.111.255.255', '10.96.0.0/12'],
    [ask('cidr'), '10.96.0.0/255.240.0.0', '10.96.0.0/12'],
    [ask('cidr'), '172.17.0.1/16', '172.17.0.0/16'],
    [ask('cidr'), '10.0.0.1-10.0.0.6', '10.0.0.1-10.0.0.6'],
    [ask('cidr'), '0.0.0.0/0', '0.0.0.0/0'],
    [ask('mac'), '52-54-00-AB-CD-EF', '52:54:00:ab:cd:ef'],
    [ask('mac'), '5254.00ab.cdef', '52:54:00:ab:cd:ef'],
    [ask('iface'), 'veth1@if5:', 'veth1'],
    [ask('set', { of: 'iface' }), 'b, a\nc  a', ['a', 'b', 'c']],
    [ask('set'), 'c a b', ['a', 'b', 'c']],
    [ask('set'), 'two words, one', ['one', 'two words']],
    [ask('set'), '["b", "a"]', ['a', 'b']],
    [ask('set'), 'none', []],
    [ask('set', { of: 'int' }), '10 9', [9, 10]],
    [ask('set', { of: 'ip' }), '10.0.0.2;10.0.0.1', ['10.0.0.1', '10.0.0.2']],
    [ask('text'), '\u001b[31mred\u001b[0m\u0007', 'red'],
  ])('%j %j', (spec, text, value) => expect(parseAnswer(spec, text)).toEqual({ ok: true, value }));
});

describe('a slip of form is answered with what to write', () => {
  test.each<[AskSpec, string, string]>([
    [ask('int'), '1.5', 'that is not a whole number; write for example 1,048,574'],
    [ask('int'), '1,04', 'that is not a whole number; write for example 1,048,574'],
    [ask('int'), '2^20', 'that is not a whole number; write for example 1,048,574'],
    [ask('int'), '99999999999999999999', 'that is not a whole number; write for example 1,048,574'],
    [ask('int'), ' ', 'that is empty'],
    [ask('number'), '1,5', 'use a point for decimals and commas only between groups of three digits'],
    [ask('number'), 'many', 'that is not a number'],
    [ask('number'), '5 ms', 'give the number without a unit'],
    [time, '5 MB', 'give the number in ms'],
    [choice, '4', 'choose one of: The bridge, The veth, No one'],
    [ask('ip'), '10.0.0.1/24', 'give the address alone, without a prefix length'],
    [ask('ip'), '10.0.0.256', 'that is not an IP address; write for example 10.0.0.1'],
    [ask('ip'), '010.0.0.1', 'that is not an IP address; write for example 10.0.0.1'],
    [ask('ip'), 'fe80::1::2', 'that is not an IPv6 address'],
    [ask('cidr'), '10.96.0.0', 'that is not a network; write for example 10.96.0.0/12'],
    [ask('cidr'), '10.96.0.0/33', 'that is not a network; write for example 10.96.0.0/12'],
    [ask('cidr'), '10.96.0.0/255.0.255.0', 'that is not a network; write for example 10.96.0.0/12'],
    [ask('cidr'), '10.0.0.9-10.0.0.1', 'the range ends before it begins'],
    [ask('mac'), '52:54:00:12:34', 'that is not a MAC address; write for example 52:54:00:12:34:56'],
    [ask('iface'), 'a-name-that-is-too-long', 'that is not the name of an interface'],
    [ask('set', { of: 'int' }), '1 x', 'that is not a whole number; write for example 1,048,574'],
    [ask('set'), '', 'that is empty; write none if there are none'],
  ])('%j %j', (spec, text, reason) => expect(parseAnswer(spec, text)).toEqual({ ok: false, reason }));
});

describe('comparison', () => {
  test.each<[AskSpec, string, string | number, boolean]>([
    [rate, '9600', 12000, true],
    [rate, '9599', 12000, false],
    [rate, '14400', 12000, true],
    [rate, '14401', 12000, false],
    [ask('number'), '0.3', 0.1 + 0.2, true],
    [ask('number'), '0.31', 0.3, false],
    [ask('int'), '1048574', 1048574, true],
    [ask('int'), '1048576', 1048574, false],
    [ask('ip'), '10.0.0.1', '10.0.0.1', true],
    [ask('cidr'), '10.96.0.0/13', '10.96.0.0/12', false],
    [ask('iface'), 'ETH0', 'eth0', false],
  ])('%j: %s against %s is %s', (spec, text, truth, same) => {
    const given = parseAnswer(spec, text);
    const expected = answerFromJson(spec, truth);
    expect(given.ok && expected.ok && sameAnswer(spec, given.value, expected.value)).toBe(same);
  });

  test('sets do not care about order and doubles, but about every member', () => {
    const spec = ask('set');
    expect(sameAnswer(spec, ['a', 'b'], ['a', 'b'])).toBe(true);
    expect(sameAnswer(spec, ['a'], ['a', 'b'])).toBe(false);
    expect(answerFromJson(spec, ['b', 'a', 'b'])).toEqual({ ok: true, value: ['a', 'b'] });
  });

  test('a value that the system does not have is no truth', () => {
    expect(answerFromJson(ask('ip'), null)).toEqual({ ok: false, reason: 'the system has no such value now' });
    expect(answerFromJson(ask('int'), 1.5)).toEqual({ ok: false, reason: 'the value is not whole' });
    expect(answerFromJson(ask('set'), 'a')).toEqual({ ok: false, reason: 'the value is no list' });
  });
});

test('separators alone are no set, however they are written', () => {
  for (const text of [';', ',', '\u037e', '[ , ]'])
    expect([text, parseAnswer(ask('set'), text).ok]).toEqual([text, false]);
});

test('whatever is typed, reading it ends, and what was read is read again as the same', () => {
  fc.assert(
    fc.property(fc.constantFrom(...answerTypes), fc.string({ unit: 'binary', maxLength: 60 }), (type, text) => {
      const spec = ask(type, { choices: ['a', 'b'], unit: type === 'number' ? 'ms' : '' });
      const read = parseAnswer(spec, text);
      if (!read.ok) return;
      const again = parseAnswer(spec, renderAnswer(spec, read.value));
      expect(again.ok && sameAnswer(spec, again.value, read.value)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
