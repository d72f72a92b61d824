// A driver whose rooms are made and removed by another podlab each: Pulumi's programs share the handlers of faults in a process, and one that fails would fail its neighbours.

import { join } from 'node:path';
import type { Driver, UpRequest, UpResult } from '../driver/driver.ts';
import { type ErrorCode, LabError } from '../error.ts';
import type { Argv } from '../host/host.ts';
import { runProgram } from '../host/run.ts';
import { readVmRecord } from '../infra/vm-record.ts';
import type { App } from './app.ts';
import { exitCodes } from './exit-codes.ts';

/** Emulated machines with a cluster take an hour to make. */
const longestMs = 4 * 3_600_000;

/** Pulumi itself gets 90 s to put in order what it was at. */
const endsWithinMs = 150_000;

export function inOwnProcess(app: App, driver: Driver): Driver {
  return {
    ...driver,
    up: async (request, reporter) => {
      const { topology, file, anew = false } = request;
      const isUp = !anew && (await driver.status(topology.stack)).state === 'up';
      // Then nothing is made: it is the same, or somebody is told that it is not. Of what another hand made, Pulumi knows.
      if (isUp && readVmRecord(app.paths.state, topology.stack)?.from !== '') return driver.up(request, reporter);
      return upElsewhere(app, anew ? 'reset' : 'up', file);
    },
    down: async (stack) => {
      const { rooms } = await podlab<{ rooms: readonly { removed: boolean }[] }>(app, ['down', stack]);
      return rooms[0]?.removed === true;
    },
  };
}

async function upElsewhere(app: App, verb: 'up' | 'reset', file: UpRequest['file']): Promise<UpResult> {
  const { created = true, from, phases } = await podlab<Partial<UpResult>>(app, [verb, file]);
  return { created, from: from ?? '', phases: phases ?? [] };
}

interface Failure {
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
}

/** The answer of one command. @throws LabError as that podlab's */
async function podlab<T>({ env, home, signal }: App, words: readonly string[]): Promise<T> {
  const own = [process.execPath, join(home, 'bin', 'podlab.mjs'), ...words, '--json'];
  // However this one ends, that one puts in order what it was at.
  const argv = ['setpriv', '--pdeathsig', 'SIGINT', ...own] as readonly string[] as Argv;
  const known = Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  const result = await runProgram(argv, {
    env: { ...Object.fromEntries(known), PODLAB_QUIET: '1' },
    timeoutMs: longestMs,
    maxOutputBytes: 16 * 1024 * 1024,
    signal,
    endsWithinMs,
  });
  const answer = answerOf<T & Failure>(result.stdout);
  if (result.exitCode === 0 && answer !== undefined) return answer;
  if (answer?.error !== undefined) {
    const { code, message, hint } = answer.error;
    throw new LabError(code, message, { hint });
  }
  const said = result.stderr.trim().split('\n').slice(-3).join(' ');
  if (result.exitCode === exitCodes.interrupted) throw new LabError('CANCELLED', said.replace(/^podlab: /, ''));
  throw new LabError('COMMAND_FAILED', `podlab ${words.join(' ')} ended with ${result.exitCode}: ${said}`);
}

function answerOf<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
