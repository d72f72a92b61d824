// podlab image complete: what the image of a machine lacks, brought to it.

import { join } from 'node:path';
import { type Completed, completeNode } from '../../cluster/complete-node.ts';
import type { Needs } from '../../cluster/node-lacks.ts';
import { machineExecutor } from '../../driver/libvirt/way-in.ts';
import { LabError } from '../../error.ts';
import { fileSize, listDir } from '../../host/files.ts';
import { neededPrograms } from '../../image/foreign.ts';
import { readVmRecord } from '../../infra/vm-record.ts';
import type { Reporter } from '../../reporter.ts';
import { resolveToolchain } from '../../toolchain/resolve-toolchain.ts';
import { storeImages } from '../../toolchain/store-images.ts';
import type { Topology } from '../../topology/topology.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { roomName } from '../stack-files.ts';
import { workplaceOf } from '../workplace.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [name = ''] = args;
  const stack = await roomName(app, options.stack as string | undefined);
  const record = readVmRecord(app.paths.state, stack);
  if (record === undefined) {
    throw new LabError('STACK_NOT_UP', `stack "${stack}" has no virtual machines`, {
      hint: `Run "podlab up ${stack}", which does this too.`,
    });
  }
  const node = machineExecutor(record, name, { paths: app.paths, path: app.programPath, env: app.env });
  const reporter = await app.reporter();
  const needs = await needsOf(record.topology, name, app, reporter);
  const completed = await completeNode(node, needs, reporter);
  if (completed.missing.length > 0) {
    reporter.warn(`${name} has no ${completed.missing.join(', no ')}: labs that use them can't be done there`);
  }
  app.answer(options.json === true, { stack, node: name, ...completed }, () => describe(name, completed));
  return exitCodes.done;
}

async function needsOf(
  { engine, kubernetes: { version }, nodes }: Topology,
  name: string,
  app: App,
  reporter: Reporter,
): Promise<Needs> {
  const hasWayOut = nodes.find((one) => one.name === name)?.defaultGateway !== '';
  const needs = { packaged: neededPrograms(engine === 'kubernetes'), version, hasWayOut };
  if (engine !== 'kubernetes') return { ...needs, programs: [], images: [] };
  const workplace = workplaceOf(app);
  const toolchain = await resolveToolchain({ ...workplace, version }, reporter);
  const programs = listDir(toolchain.bin).map((program) => {
    const file = join(toolchain.bin, program);
    return { name: program, file, bytes: fileSize(file) };
  });
  const images = await storeImages({ ...workplace, toolchain, extraImages: [] }, reporter);
  return { ...needs, programs, images };
}

function describe(node: string, { packages, programs, images }: Completed): string {
  const brought = [...packages, ...programs, ...(images.length === 0 ? [] : [`${images.length} container images`])];
  return `${node}: ${brought.length === 0 ? 'nothing is missing' : `brought ${brought.join(', ')}`}\n`;
}
