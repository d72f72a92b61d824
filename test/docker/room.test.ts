import { expect, test } from 'vitest';
import { describeDocker, freshStack, withPlace } from '../support/docker-room.ts';

const box = ['podlab/box:1', 'sleep', 'infinity'] as const;

describeDocker('a room with dockerd', () => {
  test('docker0 has its usual address, and two images are there without a registry', async () => {
    await withPlace(async (place) => {
      const room = await place.up(freshStack('images'));
      expect(JSON.parse(await room.run('ip', '-j', '-4', 'addr', 'show', 'dev', 'docker0'))).toMatchObject([
        { addr_info: [{ local: '172.17.0.1', prefixlen: 16 }] },
      ]);
      const images = await room.docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}');
      expect(images.split('\n').sort()).toEqual(['podlab/box:1', 'podlab/pause:1']);
    });
  });

  test('a container is listed on docker0 with its address, and reaches the gateway of the room through it', async () => {
    await withPlace(async (place) => {
      const room = await place.up(freshStack('listed'));
      await room.docker('run', '--detach', '--name', 'web', ...box);
      const network = JSON.parse(await room.docker('network', 'inspect', 'bridge'))[0];
      expect(Object.values(network.Containers)).toMatchObject([{ Name: 'web', IPv4Address: '172.17.0.2/16' }]);
      expect(await room.docker('exec', 'web', 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain('172.17.0.2/16');
      expect(await room.docker('exec', 'web', 'ping', '-c', '1', '-w', '5', '192.168.122.1')).toContain(
        '0% packet loss',
      );
    });
  });

  test('a container that joins another one is in the same network namespace; a neighbour is not', async () => {
    await withPlace(async (place) => {
      const room = await place.up(freshStack('joins'));
      await room.docker('run', '--detach', '--name', 'k8s_POD_web', 'podlab/pause:1');
      await room.docker('run', '--detach', '--name', 'k8s_web_web', '--network', 'container:k8s_POD_web', ...box);
      await room.docker('run', '--detach', '--name', 'neighbour', ...box);
      const inodeOf = async (name: string) => {
        const pid = await room.docker('inspect', '--format', '{{.State.Pid}}', name);
        return room.run('readlink', `/proc/${pid}/ns/net`);
      };
      expect(await inodeOf('k8s_web_web')).toBe(await inodeOf('k8s_POD_web'));
      expect(await inodeOf('neighbour')).not.toBe(await inodeOf('k8s_POD_web'));
    });
  });

  test('the logs of a room hold what its dockerd wrote', async () => {
    await withPlace(async (place) => {
      const { stack } = await place.up(freshStack('logs'));
      const logs = await place.driver.logs(stack);
      expect(logs.map(({ name }) => name)).toEqual(['room', 'dockerd on node1']);
      expect(logs[1]?.text).toContain('API listen on /run/docker.sock');
    });
  });

  test('two rooms side by side have containers of the same name and address, and neither sees those of the other', async () => {
    await withPlace(async (place) => {
      const [left, right] = await Promise.all([place.up(freshStack('left')), place.up(freshStack('right'))]);
      await left.docker('run', '--detach', '--name', 'web', 'podlab/box:1', 'httpd', '-f', '-p', '80');
      const listed = (room: typeof left) => room.docker('ps', '--all', '--format', '{{.Names}}');
      expect([await listed(left), await listed(right)]).toEqual(['web', '']);
      await right.docker('run', '--detach', '--name', 'web', ...box);
      await right.docker('run', '--detach', '--name', 'only-right', ...box);
      expect([await listed(left), await listed(right)]).toEqual(['web', 'only-right\nweb']);
      const address = ['inspect', '--format', '{{.NetworkSettings.IPAddress}}', 'web'];
      expect([await left.docker(...address), await right.docker(...address)]).toEqual(['172.17.0.2', '172.17.0.2']);
      const connect = ['bash', '-c', '</dev/tcp/172.17.0.2/80'] as const;
      expect((await left.node.run(connect)).exitCode).toBe(0);
      expect((await right.node.run(connect)).stderr).toContain('Connection refused');
      // An image that one of them tags is not there for the other, either.
      await left.docker('tag', 'podlab/box:1', 'mine:1');
      expect((await right.node.run(['docker', 'image', 'inspect', 'mine:1'])).exitCode).toBe(1);
    });
  });
});
