// What people are told about an image that is not podlab's.

import { expect, test } from 'vitest';
import { foreignNote } from '../../../src/infra/foreign-note.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const topology = (engine: string) =>
  loadTopology(
    `config:\n  podlab:driver: libvirt\n  podlab:engine: ${engine}\n  podlab:networks: { nat: { mode: nat, cidr: 10.1.0.0/24 }, lan: { mode: isolated, cidr: 10.2.0.0/24 } }\n  podlab:nodes: [{ name: a }, { name: b, networks: [lan] }]\n`,
    { stack: 'vms', file: 'vms.yaml' },
  );

const foreign = { name: '/srv/d.qcow2', home: '/opt/podlab' };

test("what somebody else's image will be given, and which nodes have no way out", () => {
  expect(foreignNote(topology('kubernetes'), { foreign })).toMatchInlineSnapshot(`
    [
      "/srv/d.qcow2 is no image of podlab's: cloud-init installs what it lacks of containerd, runc, containernetworking-plugins, iptables, nftables, ipset, conntrack, ethtool, socat, bird2, nfs-common, iproute2, iputils-ping, tcpdump, busybox-static, wrk, ipvsadm, jq, curl, openssl, python3, from the archives of Debian or Ubuntu",
      "from its own cache podlab brings kubelet, kubeadm and kubectl v1.36.3 and 11 container images, as far as they are missing",
      "no way out has b: there the image must have those packages already",
    ]
  `);
});

test('without a cluster, packages alone', () => {
  const notes = foreignNote(topology('none'), { foreign });
  expect(notes).toHaveLength(2);
  expect(notes[0]).not.toContain('containerd');
});

test("of podlab's own, nothing", () => {
  expect(foreignNote(topology('kubernetes'), { foreign: undefined })).toEqual([]);
});
