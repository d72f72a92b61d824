// What engine docker needs beyond programs.

import { existsSync } from 'node:fs';
import type { Finding } from './finding.ts';

export function checkDockerEngine(uid: number): readonly Finding[] {
  const hasCgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') || existsSync('/sys/fs/cgroup/cpu');
  return [
    {
      id: 'docker-root',
      need: 'docker',
      isOk: uid === 0,
      what: uid === 0 ? 'this is root' : 'engine docker needs root',
      evidence: `effective user id ${uid}`,
      fix: uid === 0 ? '' : 'Run podlab with sudo.',
    },
    {
      id: 'docker-cgroups',
      need: 'docker',
      isOk: hasCgroups,
      what: hasCgroups ? 'control groups are mounted' : 'control groups are not mounted',
      evidence: '/sys/fs/cgroup',
      fix: hasCgroups ? '' : 'mount -t cgroup2 none /sys/fs/cgroup',
    },
  ];
}
