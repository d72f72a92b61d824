// Programs that must not outlive podlab, however it ends.

import type { Argv } from './host.ts';

/** The same program, killed by the kernel when the process that started it ends (prctl(2), PR_SET_PDEATHSIG). */
export function tied(argv: Argv): Argv {
  return ['setpriv', '--pdeathsig', 'SIGKILL', ...argv];
}

/**
 * The same for a program that starts others: it becomes process 1 of a pid namespace, so that all of them end with it.
 * Needs root.
 *
 * @param namespaces further options of unshare(1), such as `--net`; a mount namespace is always there
 */
export function tiedWithAll(argv: Argv, namespaces: readonly string[] = []): Argv {
  return tied(['unshare', '--mount', ...namespaces, '--pid', '--fork', '--kill-child', '--mount-proc', ...argv]);
}
