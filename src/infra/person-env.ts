// What programs that reach another machine need of the environment of whoever runs podlab.

export interface PersonsShell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
}

/** The way to another host is configured there: ssh's keys and known hosts. */
export function personEnv({ env, path }: PersonsShell): Readonly<Record<string, string>> {
  const names = ['HOME', 'USER', 'LOGNAME', 'SSH_AUTH_SOCK', 'TERM', 'XDG_RUNTIME_DIR'];
  const known = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return { LC_ALL: 'C.UTF-8', ...Object.fromEntries(known), PATH: path };
}
