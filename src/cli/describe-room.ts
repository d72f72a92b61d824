// A room's status in words.

import type { RoomStatus } from '../driver/driver.ts';

export function describeRoom(status: RoomStatus): string {
  const { stack, state, reason, driver, engine, file, owner, since, from: origin, nodes } = status;
  if (state === 'down') return `${stack}: down\n`;
  const head = `${stack}: ${state}${reason === '' ? '' : ` (${reason})`}, driver ${driver}, engine ${engine}`;
  const from =
    since === 0
      ? []
      : [
          `  since ${new Date(since).toISOString()}${owner === 0 ? '' : `, owner process ${owner}`}, from ${file}${originOf(origin)}`,
        ];
  const width = Math.max(0, ...nodes.map(({ name }) => name.length));
  const states = nodes.map(({ running, state = 'gone' }) => (running ? 'running' : state));
  const stateWidth = Math.max('running'.length, ...states.map(({ length }) => length));
  const lines = nodes.map(
    ({ name, addresses }, n) =>
      `  ${name.padEnd(width)}  ${(states[n] ?? '').padEnd(stateWidth)}  ${addresses.join('  ')}`,
  );
  return `${[head, ...from, ...lines].join('\n')}\n`;
}

function originOf(from: string): string {
  if (from === '') return '';
  return from === 'golden' ? ', started from the saved cluster' : `, started from snapshot ${from}`;
}
