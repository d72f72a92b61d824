import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderSteps } from '../../../src/cli/verbs/preview.ts';
import { gatewayRuleset } from '../../../src/driver/sandbox/gateway-ruleset.ts';
import { planRoom, planSteps } from '../../../src/driver/sandbox/plan-room.ts';
import { planUplink } from '../../../src/driver/sandbox/uplink.ts';
import { renderHosts } from '../../../src/topology/hosts-file.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const golden = join(root, 'test', 'golden', 'plan');
const topologyOf = (text: string, stack = 'test') => loadTopology(text, { stack, file: 'test.yaml' });

const stacks = readdirSync(join(root, 'stacks'))
  .filter((file) => !readFileSync(join(root, 'stacks', file), 'utf8').includes('podlab:driver: libvirt'))
  .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);

test.each(stacks)('the plan of stack %s is the golden one', async (stack) => {
  const text = readFileSync(join(root, 'stacks', `Pulumi.${stack}.yaml`), 'utf8');
  const steps = planSteps(planRoom(topologyOf(text, stack)));
  await expect(`${renderSteps(steps)}\n`).toMatchFileSnapshot(join(golden, `${stack}.sh`));
});

describe('a room', () => {
  test('with isolated networks only has no outside and translates nothing', () => {
    const plan = planRoom(
      topologyOf(
        'config:\n  podlab:networks:\n    lan: { mode: isolated, cidr: 10.1.0.0/24 }\n  podlab:nodes: [{ name: a }]\n',
      ),
    );
    expect(plan.nodes.map(({ name }) => name)).toEqual(['a']);
    expect(plan.gatewayNft).toBe('');
  });

  test('brings ports up after every cable is made', () => {
    const { gatewayIp } = planRoom(topologyOf(''));
    const lastCable = gatewayIp.findLastIndex((words) => words.includes('veth'));
    const firstUp = gatewayIp.findIndex((words) => words.at(-1) === 'up' && words[2] !== 'lo');
    expect(firstUp).toBeGreaterThan(lastCable);
  });

  test('impairs both ends of a cable, each on its way out', () => {
    const plan = planRoom(
      topologyOf(
        'config:\n  podlab:networks:\n    lan: { mode: isolated, cidr: 10.1.0.0/24, delay: 20ms, jitter: 2ms, loss: 0.5%, rate: 10mbit }\n  podlab:nodes: [{ name: a }]\n',
      ),
    );
    const netem = 'root netem delay 20ms 2ms loss 0.5% rate 10000kbit';
    expect(plan.gatewayTc.map((words) => words.join(' '))).toEqual([`qdisc add dev a-lan ${netem}`]);
    expect(plan.nodes[0]?.tc.map((words) => words.join(' '))).toEqual([`qdisc add dev eth0 ${netem}`]);
  });
});

test('all nodes share names: plain on the first network, with the network on each', () => {
  expect(renderHosts(topologyOf(''))).toMatchInlineSnapshot(`
    "127.0.0.1 localhost
    ::1 localhost ip6-localhost ip6-loopback
    192.168.122.1 gateway gateway.nat
    192.168.39.1 gateway.isolated
    192.168.122.11 node1 node1.nat
    192.168.39.11 node1.isolated
    192.168.122.12 node2 node2.nat
    192.168.39.12 node2.isolated
    203.0.113.10 outside
    "
  `);
});

test('isolated networks are neither left nor entered; NAT networks only leave', () => {
  expect(gatewayRuleset(topologyOf(''))).toMatchInlineSnapshot(`
    "table ip podlab {
      chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        iifname "br-nat" oifname "br-nat" accept
        iifname "br-isolated" oifname "br-isolated" accept
        iifname "br-nat" ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } accept
      }
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } masquerade
      }
    }
    "
  `);
});

test('an uplink is one cable, one table and forwarding, and takes the first two back', () => {
  const { steps, undo } = planUplink('my-room');
  expect(`${renderSteps(steps)}\n`).toMatchInlineSnapshot(`
    "ip link add name podlab-my-room type veth peer name uplink netns '{gateway}'
    ip addr add 198.18.172.161/30 dev podlab-my-room
    ip link set podlab-my-room up
    nft -f - <<'END'
    table ip podlab_my_room {
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr 198.18.172.160/30 oifname != "podlab-my-room" masquerade
      }
    }
    END
    sysctl -qw net.ipv4.ip_forward=1
    ip addr add 198.18.172.162/30 dev uplink
    ip link set uplink up
    ip route add default via 198.18.172.161
    "
  `);
  expect(undo).toEqual([
    ['nft', 'delete', 'table', 'ip', 'podlab_my_room'],
    ['ip', 'link', 'delete', 'podlab-my-room'],
  ]);
});
