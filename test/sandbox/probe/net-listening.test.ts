import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

test('a server on every address', async () => {
  await withWorld('busybox httpd -p 0.0.0.0:8080', async (node) => {
    expect(await observe('net.listening', { port: 8080 }, node)).toEqual({
      netns_exists: true,
      listening: true,
      count: 1,
      addresses: ['0.0.0.0'],
      any: true,
      loopback_only: false,
      ports: [8080],
      processes: ['busybox'],
      sockets: [{ address: '0.0.0.0', port: 8080, pid: expect.any(Number), process: 'busybox' }],
    });
  });
});

test('a server on the loopback address only', async () => {
  await withWorld('busybox httpd -p 127.0.0.1:8080', async (node) => {
    expect(await observe('net.listening', { port: 8080 }, node)).toMatchObject({
      listening: true,
      any: false,
      loopback_only: true,
      addresses: ['127.0.0.1'],
    });
  });
});

test('a server in one namespace does not listen in another', async () => {
  await withWorld('ip netns add pod1; ip netns exec pod1 busybox httpd -p 8080', async (node) => {
    expect((await observe('net.listening', { port: 8080 }, node)).listening).toBe(false);
    expect(await observe('net.listening', { port: 8080, netns: 'pod1' }, node)).toMatchObject({
      listening: true,
      addresses: ['::'],
      any: true,
    });
    expect((await observe('net.listening', { port: 8080, netns: 'pod2' }, node)).netns_exists).toBe(false);
  });
});

test('a UDP socket is no TCP socket, and another port is another port', async () => {
  const script = `busybox httpd -p 127.0.0.1:8081
socat UDP4-RECVFROM:8080,fork /dev/null &
while ! grep -q :1F90 /proc/net/udp; do :; done`;
  await withWorld(script, async (node) => {
    expect((await observe('net.listening', { port: 8080 }, node)).listening).toBe(false);
    expect(await observe('net.listening', { port: 8080, proto: 'udp' }, node)).toMatchObject({
      listening: true,
      processes: ['socat'],
    });
    expect((await observe('net.listening', {}, node)).ports).toEqual([8081]);
  });
});
