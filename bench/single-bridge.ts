// The graph of the `up` benchmark, as a stack file and as the scripts that a person would write for it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function stackText(nodes: number): string {
  return `config:
  podlab:networks:
    lan: { mode: isolated, cidr: 10.0.0.0/16 }
  podlab:nodes: { count: ${nodes}, networks: [lan] }
`;
}

/**
 * Writes the hand-made room: one `ip -batch` for namespaces, bridge and cables, then one small batch inside each
 * namespace, on both CPUs at once. Run it with `sh` in new user, network and mount namespaces.
 *
 * @returns the path of the script
 */
export function writeFloor(dir: string, nodes: number): string {
  mkdirSync(dir, { recursive: true });
  const names = Array.from({ length: nodes }, (_, n) => `node${n + 1}`);
  const batch = [
    ...names.map((name) => `netns add ${name}`),
    'link set lo up',
    'link add lan type bridge',
    ...names.map((name) => `link add name ${name} master lan type veth peer name eth0 netns ${name}`),
    'addr add 10.0.0.1/16 dev lan',
    ...names.map((name) => `link set ${name} up`),
    'link set lan up',
  ];
  writeFileSync(join(dir, 'room.batch'), lines(batch));
  writeFileSync(join(dir, 'names'), lines(names));
  for (const [n, name] of names.entries()) {
    const address = `10.0.${Math.floor((n + 11) / 256)}.${(n + 11) % 256}/16`;
    const inside = ['link set lo up', `addr add ${address} dev eth0`, 'link set eth0 up'];
    writeFileSync(join(dir, `${name}.batch`), lines(inside));
  }
  const script = [
    'set -e',
    `cd ${dir}`,
    'mount -t tmpfs run /run',
    'ip -batch room.batch',
    'xargs -P2 -I{} ip -n {} -batch {}.batch <names',
  ];
  writeFileSync(join(dir, 'room.sh'), lines(script));
  return join(dir, 'room.sh');
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
