import { expect, test } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { errorCodes } from '../../../src/error.ts';

test('an error ends with 2 when the words or files are at fault, with 4 when the machine is', () => {
  expect(Object.fromEntries(errorCodes.map((code) => [code, exitCodes.of(code)]))).toEqual({
    USAGE: 2,
    STACK_INVALID: 2,
    LAB_INVALID: 2,
    LAB_UNTRUSTED: 2,
    NOT_FOUND: 2,
    STACK_NOT_UP: 4,
    STACK_CHANGED: 4,
    STACK_BUSY: 4,
    HOST_UNSUITABLE: 4,
    COMMAND_FAILED: 4,
    PROBE_FAILED: 4,
    DOWNLOAD_FAILED: 4,
    DAMAGED: 4,
    TIMEOUT: 4,
    CANCELLED: 130,
  });
});

test('only a pass is 0, and only a fail is the participant', () => {
  const kinds = ['pass', 'fail', 'blocked', 'inconclusive', 'broken'] as const;
  expect(kinds.map((kind) => exitCodes.ofVerdict(kind))).toEqual([0, 1, 3, 3, 4]);
});
