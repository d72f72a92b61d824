import { expect, test } from 'vitest';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { observe } from '../../support/probing.ts';

// conntrack v1.4.7, kernel 6.18: a connection to a ClusterIP, one to a node port from outside, a plain one.
const listed = `tcp      6 86384 ESTABLISHED src=10.244.0.9 dst=10.96.7.7 sport=51072 dport=80 src=10.244.1.4 dst=10.244.0.9 sport=8080 dport=51072 [ASSURED] mark=0 use=1
tcp      6 117 TIME_WAIT src=192.168.39.1 dst=192.168.39.11 sport=40000 dport=30080 src=10.244.1.4 dst=10.244.0.1 sport=8080 dport=7077 [ASSURED] mark=0 use=1
tcp      6 30 SYN_SENT src=10.244.0.9 dst=10.96.7.8 sport=51073 dport=81 [UNREPLIED] src=10.96.7.8 dst=10.244.0.9 sport=81 dport=51073 mark=0 use=1
`;
const node = fakeExecutor('node1', { 'conntrack -L -p tcp': listed });

test('a connection to a virtual address goes to the source of its answers', async () => {
  expect(await observe('net.conntrack', { to: '10.96.7.7', port: 80 }, node)).toMatchObject({
    exists: true,
    count: 1,
    targets: ['10.244.1.4:8080'],
    target_ips: ['10.244.1.4'],
    sources: ['10.244.0.9'],
    translated: 1,
    masqueraded: 0,
    entries: [{ proto: 'tcp', state: 'ESTABLISHED', seconds: 86384, sport: 51072, reply_sport: 8080, assured: true }],
  });
});

test('a connection whose source was rewritten too is masqueraded', async () => {
  const found = await observe('net.conntrack', { from: '192.168.39.1' }, node);
  expect(found).toMatchObject({ count: 1, translated: 1, masqueraded: 1 });
});

test('a connection that nobody translated, to another port than the one asked for, is not taken for one', async () => {
  expect(await observe('net.conntrack', { to: '10.96.7.8' }, node)).toMatchObject({ count: 1, translated: 0 });
  expect(await observe('net.conntrack', { to: '10.96.7.7', port: 81 }, node)).toMatchObject({
    exists: false,
    targets: [],
  });
  expect(await observe('net.conntrack', { state: 'ESTABLISHED' }, node)).toMatchObject({ count: 1 });
});
