import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openProgram } from '../../../src/host/open-program.ts';

const env = { PATH: process.env.PATH ?? '' };

test('what is written is its standard input, what it prints is read, the end is the end', async () => {
  const stream = openProgram(['cat'], env);
  stream.write('one ');
  stream.end('two');
  expect(await text(stream)).toBe('one two');
});

test('more than a pipe holds goes both ways', async () => {
  const stream = openProgram(['cat'], env);
  const sent = 'x'.repeat(1_000_000);
  stream.end(sent);
  expect((await text(stream)).length).toBe(sent.length);
});

test('a program that fails is an error with its last words', async () => {
  const stream = openProgram(['sh', '-c', 'echo no route >&2; exit 3'], env);
  await expect(text(stream)).rejects.toThrow('no route');
  await expect(text(openProgram(['sh', '-c', 'exit 3'], env))).rejects.toThrow('ended with exit code 3');
  await expect(text(openProgram(['/no/such/program'], env))).rejects.toThrow('ENOENT');
});

test('destroying the stream ends the program', async () => {
  const stream = openProgram(['sh', '-c', 'echo $$; exec sleep 600'], env);
  const [pid] = await once(stream, 'data');
  stream.destroy();
  await once(stream, 'close');
  await expect.poll(() => isAlive(Number(String(pid)))).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
