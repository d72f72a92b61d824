import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { sandboxDriver } from '../../../src/driver/sandbox/sandbox-driver.ts';
import { podlabPaths } from '../../../src/host/paths.ts';
import { withDesk } from '../../support/podlab.ts';

/** Answers each connection with what it sends, in capitals, from the node's namespaces. */
const server = `setsid socat TCP-LISTEN:7000,fork,reuseaddr EXEC:'tr a-z A-Z' >/dev/null 2>&1 &
until socat -u OPEN:/dev/null TCP:127.0.0.1:7000 2>/dev/null; do sleep 0.02; done`;

describe('a connection into a room', () => {
  test('reaches every network of it, and nothing listens on this machine for that', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('tunnel'));
      const connect = connector(desk.root, 'tunnel');
      await desk.podlab('exec', '-s', 'tunnel', 'node1', '--', 'sh', '-c', server);
      for (const host of ['192.168.122.11', '192.168.39.11']) {
        expect(await say(await connect(host, 7000), 'hello')).toBe('HELLO');
      }
      await expect(text(await connect('192.168.39.12', 7000))).rejects.toThrow('Connection refused');
      await expect(connect('192.168.39.11,bind=:7001', 7000)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await desk.podlab('down', 'tunnel');
      await expect(connect('192.168.39.11', 7000)).rejects.toMatchObject({ code: 'STACK_NOT_UP' });
    });
  });
});

function connector(root: string, stack: string): (host: string, port: number) => Promise<Duplex> {
  const uid = process.geteuid?.() ?? 0;
  const env = { ...process.env, PODLAB_ROOT: root };
  const home = join(import.meta.dirname, '../../..');
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const driver = sandboxDriver({ paths: podlabPaths(uid, env), home, env, uid, path });
  return (host, port) => driver.connect(stack, host, port);
}

async function say(stream: Duplex, words: string): Promise<string> {
  stream.end(words);
  return text(stream);
}
