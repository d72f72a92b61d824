// Whether anybody can have worked on the machines of a room: a moment to go back to is kept only where nobody has.

import type { VmRecord } from '../../infra/vm-record.ts';
import type { Change } from '../driver.ts';

/**
 * @param earlier what was remembered of the room before this run
 * @param changes what this run has done
 */
export function isUntouched(
  earlier: Pick<VmRecord, 'neverReady'> | undefined,
  nodes: readonly { readonly name: string }[],
  changes: readonly Change[],
): boolean {
  // A run before this one was cut off, and made some of the machines.
  if (earlier?.neverReady === true) return true;
  return nodes.every(({ name }) =>
    changes.some((change) => change.name === `machine ${name}` && ['make', 'replace'].includes(change.what)),
  );
}
