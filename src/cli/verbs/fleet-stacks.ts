// podlab fleet stacks: the Pulumi stack of every seat, to look at and to make by Pulumi's own hand.

import { join, resolve } from 'node:path';
import { LabError } from '../../error.ts';
import { markOf, withPulumisOwn } from '../../fleet/pulumi-stack-file.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { pulumiStacks } from '../pulumi-stacks.ts';
import { renderTable } from '../terminal/table.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const { name } = fleet.workshop;
  const dir = typeof options.out === 'string' ? resolve(options.out) : join(app.home, 'stacks');
  const isWritten = options.write === true || options.out !== undefined;
  const stacks = (await pulumiStacks(app, fleet, selectSeats(fleet.workshop, args))).map((one) => ({
    ...one,
    file: join(dir, `Pulumi.${one.stack}.yaml`),
  }));
  if (isWritten) {
    // All or none: one that is somebody else's is found before the first is written.
    const found = stacks.map(({ file }) => ownOrNothing(file, name));
    for (const [n, { file, text }] of stacks.entries()) writeFileAtomic(file, withPulumisOwn(text, found[n]));
  }
  const rows = stacks.map(({ stack, host, networks, file }) => ({
    stack,
    host,
    networks,
    file: isWritten ? file : '',
  }));
  app.answer(options.json === true, { workshop: name, stacks: rows }, () => {
    const cells = rows.map(({ stack, host, networks }) => [stack, host, networks.join(' ')]);
    const first = rows.at(0)?.stack ?? '';
    const next = isWritten
      ? `Written to ${dir}. Each is made by: pulumi stack init STACK, pulumi up --stack STACK (${first}, …)`
      : 'Not written; --write does that, where Pulumi looks for them.';
    return `${renderTable(cells, ['stack', 'host', 'networks'])}\n${next}\n`;
  });
  return exitCodes.done;
}

/** The text of a file that this command wrote for this workshop; undefined when there is none. @throws LabError USAGE */
function ownOrNothing(file: string, workshop: string): string | undefined {
  const text = readTextIfExists(file);
  if (text === undefined || markOf(text).startsWith(`${workshop}/`)) return text;
  throw new LabError('USAGE', `${file} is there already, and was not written for workshop "${workshop}"`, {
    hint: 'Nothing was written. Move it away, or give the workshop another name.',
  });
}
