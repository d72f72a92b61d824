// What engines need beyond programs.

import { existsSync } from 'node:fs';
import { readTextIfExists } from '../../host/files.ts';
import type { Finding } from './finding.ts';

export function checkEngines(uid: number): readonly Finding[] {
  const hasCgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') || existsSync('/sys/fs/cgroup/cpu');
  const hasOverlay = /\toverlay$/m.test(readTextIfExists('/proc/filesystems') ?? '');
  return [
    ...(['docker', 'kubernetes'] as const).flatMap((engine): readonly Finding[] => [
      {
        id: `${engine}-root`,
        need: engine,
        isOk: uid === 0,
        what: uid === 0 ? 'this is root' : `engine ${engine} needs root`,
        evidence: `effective user id ${uid}`,
        fix: uid === 0 ? '' : 'Run podlab with sudo.',
      },
      {
        id: `${engine}-cgroups`,
        need: engine,
        isOk: hasCgroups,
        what: hasCgroups ? 'control groups are mounted' : 'control groups are not mounted',
        evidence: '/sys/fs/cgroup',
        fix: hasCgroups ? '' : 'mount -t cgroup2 none /sys/fs/cgroup',
      },
    ]),
    {
      id: 'kubernetes-overlay',
      need: 'kubernetes',
      isOk: hasOverlay,
      what: hasOverlay ? 'overlay file systems' : 'the kernel has no overlay file system',
      evidence: '/proc/filesystems',
      fix: hasOverlay ? '' : 'modprobe overlay',
    },
  ];
}
