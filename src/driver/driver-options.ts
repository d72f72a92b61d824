// What a driver gets from the machine.

import type { Paths } from '../host/paths.ts';

export interface DriverOptions {
  readonly paths: Paths;
  /** podlab's own directory. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id. */
  readonly uid: number;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
  readonly signal: AbortSignal;
}
