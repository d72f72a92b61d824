// podlab snapshot: keep a room with a cluster as it is now, under a name.

import type { SnapshotSummary, Snapshots } from '../../driver/driver.ts';
import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomDriver } from '../drivers.ts';
import { exitCodes } from '../exit-codes.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args: [name], options }: VerbInput): Promise<number> {
  const json = options.json === true;
  const stack = await roomName(app, options.stack as string | undefined);
  const { snapshots } = await roomDriver(app, stack);
  if (snapshots === undefined) throw new LabError('USAGE', `the driver of stack "${stack}" has no snapshots`);
  if (options.list === true) {
    const all = await snapshots.list(stack);
    app.answer(json, { stack, snapshots: all }, () => describe(stack, all));
    return exitCodes.done;
  }
  if (options.remove !== undefined) return remove(app, snapshots, stack, String(options.remove), json);
  if (name === undefined) {
    throw new LabError('USAGE', 'what is the snapshot to be called?', {
      hint: 'Write "podlab snapshot NAME", or "podlab snapshot --list".',
    });
  }
  const saved = await snapshots.save(stack, name, await app.reporter());
  app.answer(json, { stack, ...saved }, () => `${stack}: saved. Back to it: podlab reset ${stack} --to ${name}\n`);
  return exitCodes.done;
}

async function remove(app: App, snapshots: Snapshots, stack: string, name: string, json: boolean): Promise<number> {
  const removed = await snapshots.remove(stack, name);
  app.answer(json, { stack, name, removed }, () => `${stack}: ${removed ? 'removed' : 'there was no'} ${name}\n`);
  return removed ? exitCodes.done : exitCodes.no;
}

function describe(stack: string, all: readonly SnapshotSummary[]): string {
  if (all.length === 0) return `${stack}: no snapshots\n`;
  return all
    .map(({ name, savedAt, bytes }) => `${name}  ${new Date(savedAt).toISOString()}  ${(bytes / 1e6).toFixed(1)} MB\n`)
    .join('');
}
