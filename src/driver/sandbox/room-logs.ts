// What a room and the programs on its nodes have said, also after a start that failed and was taken back.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { listDir, readTextIfExists, writeFileAtomic } from '../../host/files.ts';

export interface LogText {
  readonly name: string;
  readonly text: string;
}

interface Places {
  /** The room's runtime directory. */
  readonly dir: string;
  /** The directory of its engines' data. */
  readonly data: string;
  /** What is kept of the stack when the room is gone. */
  readonly state: string;
}

/** Of each log of a failed start so much is kept, from its end. */
const keptBytes = 256 * 1024;

/** The logs of the room, or, when there is none, those of the last start that failed. */
export function readLogs(places: Places): readonly LogText[] {
  const logs = currentLogs(places);
  if (logs.length > 0) return logs;
  const text = readTextIfExists(keptFile(places));
  return text === undefined ? [] : (JSON.parse(text) as readonly LogText[]);
}

/** Keeps the logs of a room that is about to be taken back. */
export function keepLogs(places: Places): void {
  const logs = currentLogs(places).map(({ name, text }) => ({
    name: `${name}, failed start`,
    text: text.slice(-keptBytes),
  }));
  if (logs.length > 0) writeFileAtomic(keptFile(places), JSON.stringify(logs));
}

/** A start that succeeded: nobody asks any more why the one before did not. */
export function dropKeptLogs(places: Places): void {
  rmSync(keptFile(places), { force: true });
}

function keptFile({ state }: Places): string {
  return join(state, 'failed-start.json');
}

function currentLogs({ dir, data }: Places): readonly LogText[] {
  const files = [
    { name: 'room', path: join(dir, 'log') },
    ...listDir(data).flatMap((node) => [
      { name: `dockerd on ${node}`, path: join(data, node, 'log', 'dockerd.log') },
      ...listDir(join(data, node, 'log', 'podlab')).map((file) => ({
        name: `${file.replace(/\.log$/, '')} on ${node}`,
        path: join(data, node, 'log', 'podlab', file),
      })),
    ]),
  ];
  return files.flatMap(({ name, path }) => {
    const text = readTextIfExists(path);
    return text === undefined ? [] : [{ name, text }];
  });
}
