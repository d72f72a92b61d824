// podlab list: the rooms on this machine.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { allRooms } from '../drivers.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const rooms = await allRooms(app);
  const width = Math.max(0, ...rooms.map(({ stack }) => stack.length));
  app.answer(options.json === true, { rooms }, () =>
    rooms.length === 0
      ? 'no room is up; "podlab up" builds one\n'
      : rooms
          .map(
            ({ stack, state, engine, nodes }) =>
              `${stack.padEnd(width)}  ${state}  ${nodes.length} nodes  engine ${engine}\n`,
          )
          .join(''),
  );
  return exitCodes.done;
}
