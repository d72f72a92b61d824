// What the kernel lets us make, found out by making it in namespaces that are gone a moment later.

import { readTextIfExists } from '../../host/files.ts';
import type { Argv } from '../../host/host.ts';
import { runProgram } from '../../host/run.ts';
import { namespacesFor, roomUid } from '../sandbox/levels.ts';
import type { Finding, Need } from './finding.ts';

interface Trial {
  readonly id: string;
  readonly need: Need;
  readonly what: string;
  /** A shell command in fresh namespaces with `lo` up. */
  readonly script: string;
  readonly fix: string;
}

const module = (name: string) => `modprobe ${name}`;

const trials: readonly Trial[] = [
  { id: 'bridge', need: 'sandbox', what: 'bridges', script: 'ip link add name br0 type bridge', fix: module('bridge') },
  {
    id: 'veth',
    need: 'sandbox',
    what: 'veth pairs',
    script: 'ip link add v0 type veth peer name v1',
    fix: module('veth'),
  },
  {
    id: 'nat',
    need: 'sandbox',
    what: 'address translation by nftables',
    script:
      'nft "add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c masquerade"',
    fix: 'modprobe -a nf_tables nft_chain_nat nft_masq',
  },
  { id: 'tmpfs', need: 'sandbox', what: 'private file systems', script: 'mount -t tmpfs none /mnt', fix: '' },
  {
    id: 'vxlan',
    need: 'labs',
    what: 'VXLAN devices',
    script: 'ip link add x type vxlan id 1 dstport 8472 dev lo',
    fix: module('vxlan'),
  },
  {
    id: 'netem',
    need: 'impairments',
    what: 'delay, loss and rate on links (netem)',
    script: 'tc qdisc add dev lo root netem delay 1ms',
    fix: `${module('sch_netem')} (in Debian's and Ubuntu's stock kernels; a minimal kernel may not have it)`,
  },
];

/** @param uid effective user id; root tries as the powerless user that its rooms run as */
export async function checkKernel(uid: number, path: string): Promise<readonly Finding[]> {
  const namespaces = await tryIn('true', uid, path);
  if (namespaces !== '') return [noNamespaces(namespaces)];
  const found: Finding = {
    id: 'namespaces',
    need: 'sandbox',
    isOk: true,
    what: 'user, network, mount, pid, uts and ipc namespaces can be made',
    evidence: `unshare ${namespacesFor('none').room}: done`,
    fix: '',
  };
  const results = await Promise.all(trials.map((trial) => tryIn(`ip link set lo up; ${trial.script}`, uid, path)));
  return [
    found,
    ...trials.map(({ id, need, what, script, fix }, index) => {
      const fault = results[index] ?? '';
      const isOk = fault === '';
      const evidence = isOk ? `${script}: done` : `${script}: ${fault}`;
      return { id, need, isOk, what: isOk ? what : `no ${what}`, evidence, fix: isOk ? '' : fix };
    }),
  ];
}

/** Whether links can be impaired here; '' or what the kernel said. */
export async function netemFault(uid: number, path: string): Promise<string> {
  return tryIn('ip link set lo up; tc qdisc add dev lo root netem delay 1ms', uid, path);
}

async function tryIn(script: string, uid: number, path: string): Promise<string> {
  const unshare = ['unshare', ...namespacesFor('none').room.split(' '), '--fork', '--kill-child', 'sh', '-ec', script];
  const asRoomUser = ['setpriv', '--reuid', `${roomUid}`, '--regid', `${roomUid}`, '--clear-groups'];
  const argv = (uid === 0 ? [...asRoomUser, ...unshare] : unshare) as readonly string[] as Argv;
  const { exitCode, stderr } = await runProgram(argv, { env: { PATH: path, LC_ALL: 'C.UTF-8' }, cwd: '/' });
  return exitCode === 0 ? '' : stderr.trim().split('\n').at(-1) || `exit code ${exitCode}`;
}

/** Settings of distributions that forbid namespaces to ordinary users, with the value that forbids. */
const forbiddingSettings = [
  { file: 'kernel/unprivileged_userns_clone', forbids: '0', allow: '1' }, // Debian before 11
  { file: 'kernel/apparmor_restrict_unprivileged_userns', forbids: '1', allow: '0' }, // Ubuntu since 23.10
  { file: 'user/max_user_namespaces', forbids: '0', allow: '15000' }, // RHEL 7
  { file: 'user/max_net_namespaces', forbids: '0', allow: '15000' },
] as const;

function noNamespaces(fault: string): Finding {
  const culprit = forbiddingSettings.find(({ file, forbids }) => {
    return readTextIfExists(`/proc/sys/${file}`)?.trim() === forbids;
  });
  const setting = culprit?.file.replace('/', '.');
  return {
    id: 'namespaces',
    need: 'sandbox',
    isOk: false,
    what: setting === undefined ? 'namespaces cannot be made' : `namespaces cannot be made: ${setting} forbids it`,
    evidence: `unshare: ${fault}`,
    fix:
      culprit === undefined
        ? 'In a container, run it with --privileged or with a seccomp profile that allows unshare and mount.'
        : `sysctl -w ${setting}=${culprit.allow}`,
  };
}
