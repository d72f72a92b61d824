import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identify } from '../../src/host/process.ts';
import { silentReporter } from '../../src/reporter.ts';
import { type DockerRoom, describeDocker, freshStack, type Place, withPlace } from '../support/docker-room.ts';
import { ownLinks, tracesOf } from '../support/traces.ts';

/** A member of docker0, one that joined it, one in host mode, one that has ended: everything that leaves traces. */
async function withContainers(place: Place, name: string): Promise<DockerRoom> {
  const room = await place.up(freshStack(name));
  const run = (...args: readonly string[]) => room.docker('run', '--detach', ...args);
  await run('--name', 'k8s_POD_web', '--publish', '8080:80', 'podlab/pause:1');
  await run('--name', 'k8s_web_web', '--network', 'container:k8s_POD_web', 'podlab/box:1', 'httpd', '-f', '-p', '80');
  await run('--name', 'flat', '--network', 'host', '--volume', 'data:/data', 'podlab/box:1', 'sleep', 'infinity');
  await run('--name', 'done', 'podlab/box:1', 'true');
  await room.docker('network', 'create', 'apart');
  return room;
}

async function killOwner(place: Place, stack: string): Promise<void> {
  const { owner, state } = await place.driver.status(stack);
  expect(state).toBe('up');
  process.kill(owner, 'SIGKILL');
}

describeDocker('a room with dockerd goes without a trace', () => {
  test('the search for traces finds the engine, its containers, their groups and files', async () => {
    await withPlace(async (place) => {
      const { stack } = await withContainers(place, 'seen');
      const traces = tracesOf(stack, place.root).join('\n');
      for (const name of ['dockerd', 'containerd', 'containerd-shim', 'httpd']) expect(traces).toContain(` ${name}`);
      expect(traces).toMatch(new RegExp(`/podlab/${stack}\\.[0-9a-f]{8}/node1/`));
      expect(traces).toContain(`file ${join(place.root, 'state', stack, 'nodes', 'node1', 'log', 'dockerd.log')}`);
    });
  });

  test('down', async () => {
    await withPlace(async (place) => {
      const links = ownLinks();
      const { stack } = await withContainers(place, 'down');
      expect(ownLinks()).toEqual(links);
      expect(await place.driver.down(stack, silentReporter)).toBe(true);
      expect(tracesOf(stack, place.root)).toEqual([]);
      expect(ownLinks()).toEqual(links);
    });
  });

  test('its owner killed with SIGKILL, then down', async () => {
    await withPlace(async (place) => {
      const { stack } = await withContainers(place, 'killed');
      await killOwner(place, stack);
      expect(await place.driver.down(stack, silentReporter)).toBe(true);
      expect(tracesOf(stack, place.root)).toEqual([]);
      expect(await place.driver.down(stack, silentReporter)).toBe(false);
    });
  });

  test('dockerd and containerd killed with SIGKILL, then down', async () => {
    await withPlace(async (place) => {
      const room = await withContainers(place, 'engine');
      // The files have no newline at their end, so they can't be read as one list.
      await room.run('sh', '-c', 'kill -9 "$(cat /run/docker/containerd/containerd.pid)"');
      await room.run('sh', '-c', 'kill -9 "$(cat /run/docker.pid)"');
      await place.driver.down(room.stack, silentReporter);
      expect(tracesOf(room.stack, place.root)).toEqual([]);
    });
  });

  test('its owner killed with SIGKILL, then up: a fresh room without the old containers', async () => {
    await withPlace(async (place) => {
      const { stack } = await withContainers(place, 'again');
      const old = identify((await place.driver.status(stack)).owner);
      await killOwner(place, stack);
      const room = await place.up(stack);
      const { owner, state } = await place.driver.status(stack);
      expect(state).toBe('up');
      expect(identify(owner)).not.toEqual(old);
      expect(await room.docker('ps', '--all', '--quiet')).toBe('');
      expect(await room.docker('network', 'ls', '--filter', 'name=apart', '--quiet')).toBe('');
    });
  });

  test('one of two rooms taken down leaves the other as it is', async () => {
    await withPlace(async (place) => {
      const [goes, stays] = await Promise.all([withContainers(place, 'goes'), withContainers(place, 'stays')]);
      await place.driver.down(goes.stack, silentReporter);
      expect(tracesOf(goes.stack, place.root).filter((trace) => trace.includes(goes.stack))).toEqual([]);
      expect((await stays.docker('ps', '--format', '{{.Names}}')).split('\n').sort()).toEqual([
        'flat',
        'k8s_POD_web',
        'k8s_web_web',
      ]);
      expect(existsSync(join(place.root, 'state', stays.stack))).toBe(true);
    });
  });
});
