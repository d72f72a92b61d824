// Collects what is wrong with a stack file, each thing at its place.

import type { Place, Problem } from '../error.ts';

/** Where in the data: keys and list indexes from the root, for example ['config', 'podlab:nodes', 0, 'name']. */
export type Path = readonly (string | number)[];

/** Finds the place of a path's value or of its key; of the nearest thing around it when the path isn't in the file. */
export type Locate = (path: Path, at?: 'value' | 'key') => Place;

/** What the rules write to. The hint is a whole sentence. */
export interface Problems {
  readonly list: readonly Problem[];
  error(path: Path, message: string, hint: string, at?: 'value' | 'key'): void;
  warning(path: Path, message: string, hint: string, at?: 'value' | 'key'): void;
}

export function collectProblems(locate: Locate): Problems {
  const list: Problem[] = [];
  const add =
    (severity: Problem['severity']) =>
    (path: Path, message: string, hint: string, at: 'value' | 'key' = 'value') => {
      list.push({ ...locate(path, at), severity, message, hint });
    };
  return { list, error: add('error'), warning: add('warning') };
}

/** In reading order; one remedy at one place is given once, also if a hundred equal nodes need it. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const byRemedy = new Map<string, Problem>();
  for (const problem of problems) {
    const { line, column, severity, hint } = problem;
    const remedy = JSON.stringify([line, column, severity, hint]);
    if (!byRemedy.has(remedy)) byRemedy.set(remedy, problem);
  }
  return [...byRemedy.values()].sort(
    (a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : Number(a.message > b.message)),
  );
}

/** `podlab:nodes[0].networks[1].ip`, as `pulumi config set --path` writes it; without the leading `config`. */
export function renderPath(path: Path): string {
  const inner = path[0] === 'config' && path.length > 1 ? path.slice(1) : path;
  return inner.map((key, n) => (typeof key === 'number' ? `[${key}]` : n === 0 ? key : `.${key}`)).join('');
}
