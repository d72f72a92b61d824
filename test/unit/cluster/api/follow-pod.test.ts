// A command in a pod that is followed for as long as it prints: its lines, and every way in which it can end.

import { readFileSync } from 'node:fs';
import websocket from '@fastify/websocket';
import { KubeConfig } from '@kubernetes/client-node';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { followInPod } from '../../../../src/cluster/api/pod-exec.ts';

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

interface Pod {
  /** What the command prints, as bytes: where one message ends is nobody's business. */
  print(bytes: Buffer): void;
  /** Its end, as the API server says it. */
  end(): void;
  /** The way there breaks. */
  cut(): void;
}

const container = { namespace: 'lab', pod: 'day1-01-x', container: 'seat' };
const stdout = Buffer.from([1]);
const success = Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]);

async function withPod(
  onOpen: (pod: Pod) => void,
  work: (follow: (quietMs: number, signal?: AbortSignal) => Promise<string>, lines: string[]) => Promise<void>,
): Promise<void> {
  const https = { cert: read('server-cert.pem'), key: read('server-key.pem') };
  const app = Fastify({ forceCloseConnections: true, https });
  await app.register(websocket, { options: { handleProtocols: (offered) => [...offered][0] ?? false } });
  app.get('/api/v1/namespaces/lab/pods/day1-01-x/exec', { websocket: true }, (socket) =>
    onOpen({
      print: (bytes) => socket.send(Buffer.concat([stdout, bytes])),
      end: () => {
        socket.send(success);
        socket.close();
      },
      cut: () => socket.terminate(),
    }),
  );
  const server = await app.listen({ host: '127.0.0.1', port: 0 });
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server, skipTLSVerify: true }, { name: 'u', token: 'secret' });
  const lines: string[] = [];
  const never = new AbortController().signal;
  try {
    await work(
      (quietMs, signal = never) =>
        followInPod(config, container, ['tail'], { onLine: (line) => lines.push(line), quietMs, signal }),
      lines,
    );
  } finally {
    await app.close();
  }
}

const long = 20_000;

test('lines are whole, wherever messages and letters are cut', () =>
  withPod(
    (pod) => {
      const bytes = Buffer.from('one\n\nÅngström\nrest');
      for (const byte of bytes) pod.print(Buffer.from([byte]));
      pod.end();
    },
    async (follow, lines) => {
      expect(await follow(long)).toBe('');
      expect(lines).toEqual(['one', '', 'Ångström']);
    },
  ));

test('a way that breaks ends it', () =>
  withPod(
    (pod) => {
      pod.print(Buffer.from('one\n'));
      setTimeout(pod.cut, 50);
    },
    async (follow, lines) => {
      expect(await follow(long)).toBe('');
      expect(lines).toEqual(['one']);
    },
  ));

test('a way that is silent for too long is given up', () =>
  withPod(
    (pod) => pod.print(Buffer.from('one\n')),
    async (follow, lines) => {
      expect(await follow(300)).toBe('');
      expect(lines).toEqual(['one']);
    },
  ));

test('whoever follows can leave, before and after it has begun', () =>
  withPod(
    (pod) => pod.print(Buffer.from('one\n')),
    async (follow, lines) => {
      const leave = new AbortController();
      const followed = follow(long, leave.signal);
      await expect.poll(() => lines, { timeout: 5000 }).toEqual(['one']);
      leave.abort();
      expect(await followed).toBe('');
      expect(await follow(long, AbortSignal.abort())).toBe('');
    },
  ));

test('a pod that is not there is a reason', () =>
  withPod(
    () => {},
    async () => {
      const config = new KubeConfig();
      config.loadFromClusterAndUser({ name: 'c', server: 'https://127.0.0.1:1', skipTLSVerify: true }, { name: 'u' });
      const options = { onLine: () => {}, quietMs: long, signal: new AbortController().signal };
      expect(await followInPod(config, container, ['tail'], options)).toMatch(/ECONNREFUSED|failed|refused/);
    },
  ));
