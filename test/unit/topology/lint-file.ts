// The linter as people see it, and files to give it.

import { renderProblem } from '../../../src/error.ts';
import { lintStack } from '../../../src/topology/load-topology.ts';

const hostRoutes = [
  { cidr: 'default', dev: 'eth0' },
  { cidr: '0.0.0.0/0', dev: 'eth0' },
  { cidr: 'fe80::/64', dev: 'eth0' },
  { cidr: '10.7.0.0/16', dev: 'eth0' },
  { cidr: '10.8.0.1', dev: 'tun0' },
];

/** Everything the linter says, in the form that people see. */
export function lint(text: string, stack = 'lab'): readonly string[] {
  return lintStack(text, { stack, file: 'f', hostRoutes }).problems.map(renderProblem);
}

export const say = (at: string, message: string, hint: string) => [`f:${at}: error: ${message}\n    ${hint}`];
export const warn = (at: string, message: string, hint: string) => [`f:${at}: warning: ${message}\n    ${hint}`];

/** A file of one line per setting; the first one is on line 2. */
export const config = (...lines: readonly string[]) => ['config:', ...lines.map((line) => `  ${line}`)].join('\n');
export const networks = (...lines: readonly string[]) =>
  config('podlab:networks:', ...lines.map((line) => `  ${line}`));
export const nodes = (...lines: readonly string[]) => config('podlab:nodes:', ...lines.map((line) => `  - ${line}`));
