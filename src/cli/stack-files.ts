// Finds the stack that a verb means, and reads it.

import { basename, resolve } from 'node:path';
import { LabError, type Problem } from '../error.ts';
import { listDir, readTextIfExists } from '../host/files.ts';
import { hostRoutes } from '../host/routes.ts';
import { isLibvirtIface, libvirtNames } from '../infra/names.ts';
import { type DriverName, driverNames, type Topology } from '../topology/topology.ts';
import { type App, findUnderRoots } from './app.ts';
import { roomDriver, roomNames, standingDriver } from './drivers.ts';

export interface StackFile {
  readonly stack: string;
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** What differs from what the file says. */
export interface RoomChoice {
  /** The name of the room, for another room of the same file. */
  readonly rename?: ((stack: string) => string) | undefined;
  readonly driver?: DriverName | undefined;
}

const defaultStack = 'quickstart';

/** @param given a stack's name, or the path of its file; `PODLAB_STACK` or the quickstart when it is undefined */
export function findStackFile(app: App, given: string | undefined): StackFile {
  const word = given ?? (app.env.PODLAB_STACK || defaultStack);
  const file = isPath(word) ? resolve(word) : findUnderRoots(app, 'stacks', `Pulumi.${word}.yaml`);
  const text = file === undefined ? undefined : readTextIfExists(file);
  if (file === undefined || text === undefined) throw unknownStack(app, word);
  return { stack: stackNameOf(file), file, text };
}

/**
 * The topology of a stack file; warnings go to standard error.
 *
 * @param given as for `findStackFile`, or the name of a room that is there: then the file that it was built from
 * @throws LabError STACK_INVALID
 */
export async function loadStack(
  app: App,
  given: string | undefined,
  { rename = (stack) => stack, driver }: RoomChoice = {},
): Promise<StackFile & { topology: Topology }> {
  const original = (await fileOfRoom(app, given)) ?? findStackFile(app, given);
  const found = { ...original, stack: rename(original.stack) };
  const written = await lintFile(found, driver);
  const standing = driver === undefined && written.topology ? await otherDriver(app, written.topology) : undefined;
  const { topology, problems } = standing === undefined ? written : await lintFile(found, standing);
  const { throwIfErrors, renderProblem } = await import('../error.ts');
  throwIfErrors('STACK_INVALID', problems);
  if (topology === undefined) throw new Error(`${found.file}: no topology and no error`);
  for (const problem of problems) app.stderr.write(`${renderProblem(problem)}\n`);
  return { ...found, topology };
}

/** A room that was made with another driver than its file names keeps it. */
async function otherDriver(app: App, { stack, driver }: Topology): Promise<DriverName | undefined> {
  const standing = await standingDriver(app, stack);
  return standing === driver ? undefined : standing;
}

/** @throws LabError USAGE */
export function driverNamed(word: unknown): DriverName | undefined {
  if (word === undefined) return undefined;
  const found = driverNames.find((name) => name === word);
  if (found !== undefined) return found;
  throw new LabError('USAGE', `there is no driver "${word}"`, { hint: `There are: ${driverNames.join(', ')}.` });
}

/** Rooms that are called otherwise than their files, such as the seats of a workshop. */
async function fileOfRoom(app: App, given: string | undefined): Promise<StackFile | undefined> {
  const word = given ?? app.env.PODLAB_STACK ?? '';
  if (word === '' || isPath(word) || findUnderRoots(app, 'stacks', `Pulumi.${word}.yaml`) !== undefined)
    return undefined;
  const { file } = await (await roomDriver(app, word)).status(word);
  const text = file === '' ? undefined : readTextIfExists(file);
  return text === undefined ? undefined : { stack: word, file, text };
}

/** @param hostsOwn routes of this machine */
export async function lintFile(
  found: StackFile,
  driver?: DriverName,
  hostsOwn = hostRoutes(),
): Promise<{ topology: Topology | undefined; problems: readonly Problem[] }> {
  const { lintStack } = await import('../topology/load-topology.ts');
  const options = { stack: found.stack, file: found.file, ...(driver === undefined ? {} : { driver }) };
  // What another machine's rooms reach is nothing of this one.
  const routes = isElsewhere(found.text) ? [] : hostsOwn;
  if (!routes.some(({ dev }) => isLibvirtIface(dev))) return lintStack(found.text, { ...options, hostRoutes: routes });
  // A room of virtual machines that is up has its own bridges on this machine.
  const { topology } = lintStack(found.text, options);
  const own = topology === undefined ? [] : bridgesOf(topology);
  return lintStack(found.text, { ...options, hostRoutes: routes.filter(({ dev }) => !own.includes(dev)) });
}

/** Whether a stack file names the libvirt of another machine. */
function isElsewhere(text: string): boolean {
  return /^\s+["']?libvirt:uri["']?:\s*["']?qemu\+ssh:/m.test(text);
}

function bridgesOf(topology: Topology): readonly string[] {
  return [...libvirtNames(topology).networks.values()].map(({ bridge }) => bridge);
}

/**
 * The name of a room that is there: the one that is named, else PODLAB_STACK, else the only one.
 *
 * @throws LabError USAGE when there are several, STACK_NOT_UP when there is none
 */
export async function roomName(app: App, given: string | undefined): Promise<string> {
  const word = given ?? app.env.PODLAB_STACK;
  if (word !== undefined && word !== '') return isPath(word) ? stackNameOf(word) : word;
  const rooms = await roomNames(app);
  const [only, ...others] = rooms;
  if (only === undefined) throw new LabError('STACK_NOT_UP', 'no room is up', { hint: 'Run "podlab up".' });
  if (others.length === 0) return only;
  throw new LabError('USAGE', `several rooms are up: ${rooms.join(', ')}`, {
    hint: 'Say which with --stack, or set PODLAB_STACK.',
  });
}

/** Names of the stacks that are ready to use. */
export function knownStacks(app: App): readonly string[] {
  const names = app.roots.flatMap((root) => listDir(`${root}/stacks`));
  return [...new Set(names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []))].sort();
}

/** Whether a word names a file rather than a stack. */
export function isPath(word: string): boolean {
  return word.includes('/') || /\.ya?ml$/.test(word);
}

function stackNameOf(file: string): string {
  const name = basename(file);
  return /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1] ?? name.replace(/\.ya?ml$/, '');
}

function unknownStack(app: App, word: string): LabError {
  if (isPath(word)) return new LabError('NOT_FOUND', `there is no stack file ${word}`);
  return new LabError('NOT_FOUND', `there is no stack "${word}"`, {
    hint: `There are: ${knownStacks(app).join(', ')}.`,
  });
}
