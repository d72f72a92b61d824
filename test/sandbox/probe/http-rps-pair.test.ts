import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const server = `
ip netns add pod1
ip link add veth1 type veth peer name eth0 netns pod1
ip addr add 10.0.0.1/24 dev veth1
ip link set veth1 up
ip -n pod1 addr add 10.0.0.2/24 dev eth0
ip -n pod1 link set eth0 up
mkdir /tmp/www; echo hello >/tmp/www/index.html
busybox httpd -p 127.0.0.1:8080 -h /tmp/www
ip netns exec pod1 busybox httpd -p 10.0.0.2:8080 -h /tmp/www
`;

test('two ways to a server are measured in turns', async () => {
  await withWorld(server, async (node) => {
    const args = { a: { url: 'http://127.0.0.1:8080/' }, b: { url: 'http://10.0.0.2:8080/' }, rounds: 3, seconds: 1 };
    const seen = await observe('http.rps_pair', args, node);
    expect(seen).toMatchObject({ rounds: 3, errors: 0 });
    expect(seen.pairs).toHaveLength(3);
    expect(seen.a_median).toBeGreaterThan(100);
    expect(seen.ratio_low).toBeLessThanOrEqual(seen.ratio);
    expect(seen.ratio).toBeLessThanOrEqual(seen.ratio_high);
    expect(seen.conclusive).toBe(seen.ratio_low > 1 || seen.ratio_high < 1);
  });
});

test('an answer of ten megabytes is slower beyond doubt', async () => {
  await withWorld(`${server}\nhead -c 10000000 /dev/zero >/tmp/www/large`, async (node) => {
    const args = {
      a: { url: 'http://10.0.0.2:8080/' },
      b: { url: 'http://10.0.0.2:8080/large' },
      rounds: 3,
      seconds: 1,
    };
    const seen = await observe('http.rps_pair', args, node);
    expect(seen.conclusive).toBe(true);
    expect(seen.ratio_low).toBeGreaterThan(1);
  });
});

test('nobody who answers, and answers that are errors, are no measurement', async () => {
  await withWorld(server, async (node) => {
    const good = { url: 'http://127.0.0.1:8080/' };
    const ask = (url: string) => observe('http.rps_pair', { a: good, b: { url }, rounds: 3, seconds: 1 }, node);
    await expect(ask('http://127.0.0.1:8081/')).rejects.toMatchObject({ code: 'PROBE_FAILED' });
    await expect(ask('http://127.0.0.1:8080/missing')).rejects.toMatchObject({ code: 'PROBE_FAILED' });
  });
});
