// Everything doctor finds out, for the verbs doctor, begin and setup.

import { checkEngines } from './engines.ts';
import type { Finding } from './finding.ts';
import { checkKernel } from './kernel.ts';
import { checkPrograms } from './programs.ts';

/** @param path colon-separated directories in which programs are looked up */
export async function examineHost(uid: number, path: string): Promise<readonly Finding[]> {
  const programs = checkPrograms(path);
  const canTry = programs.every(
    ({ id, isOk }) => isOk || !['program-unshare', 'program-ip', 'program-setpriv'].includes(id),
  );
  return [...programs, ...(canTry ? await checkKernel(uid, path) : []), ...checkEngines(uid)];
}
