import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

// Two programs in one namespace are a pod; the third is on the node.
const pod = `
ip netns add pod1
ip netns add pod2
cp /usr/bin/sleep /tmp/web; cp /usr/bin/sleep /tmp/sidecar; cp /usr/bin/sleep /tmp/agent
ip netns exec pod1 /tmp/web 1000 &
ip netns exec pod1 /tmp/sidecar 1000 &
/tmp/agent 1001 &
for name in web sidecar agent; do while ! grep -sqx $name /proc/[0-9]*/comm; do :; done; done
`;

test('two programs share a named namespace, and the node is another', async () => {
  await withWorld(pod, async (node) => {
    const seen = await observe('net.netns', { name: 'pod1' }, node);
    expect(seen).toMatchObject({ exists: true, names: ['pod1', 'pod2'], count: 2, is_node: false });
    expect(seen.processes.toSorted()).toEqual(['sidecar', 'web']);
    expect(seen.groups[0].inode).toBe(seen.node_inode);
    expect(seen.groups[0].processes).toContain('agent');
    expect(seen.groups[1]).toMatchObject({ inode: seen.inode, netns: 'pod1', pids: seen.pids });
  });
});

test('an empty namespace exists and has no processes; a missing one does not exist', async () => {
  await withWorld(pod, async (node) => {
    expect(await observe('net.netns', { name: 'pod2' }, node)).toMatchObject({ exists: true, processes: [], pids: [] });
    expect(await observe('net.netns', { name: 'pod3' }, node)).toMatchObject({
      exists: false,
      inode: 0,
      processes: [],
    });
  });
  await withWorld('', async (node) => {
    expect(await observe('net.netns', {}, node)).toMatchObject({ exists: false, names: [], count: 0 });
  });
});

test("a namespace that is only a name for the node's own is told apart from a real one", async () => {
  await withWorld('ip netns attach fake $$; ip netns add real', async (node) => {
    expect(await observe('net.netns', { name: 'fake' }, node)).toMatchObject({ exists: true, is_node: true });
    expect(await observe('net.netns', { name: 'real' }, node)).toMatchObject({ exists: true, is_node: false });
  });
});

test('a program is found by its name, with its arguments and namespace', async () => {
  await withWorld(pod, async (node) => {
    expect(await observe('proc', { name: 'web' }, node)).toMatchObject({
      running: true,
      count: 1,
      args: '/tmp/web 1000',
      netns: 'pod1',
      same_netns_as_node: false,
    });
    expect(await observe('proc', { name: 'agent' }, node)).toMatchObject({ netns: '', same_netns_as_node: true });
    expect((await observe('proc', { name: 'w*b' }, node)).count).toBe(1);
  });
});

test('a program whose name only begins alike is not the one', async () => {
  await withWorld(pod, async (node) => {
    expect(await observe('proc', { name: 'we' }, node)).toMatchObject({ running: false, pid: 0, processes: [] });
    expect(await observe('proc', { name: 'w.b' }, node)).toMatchObject({ running: false });
  });
});

test('the programs that the probe itself runs are not seen', async () => {
  await withWorld('', async (node) => {
    for (const name of ['find', 'grep', 'sh', 'readlink', 'nsenter']) {
      expect([name, (await observe('proc', { name }, node)).count]).toEqual([name, 0]);
    }
  });
});
