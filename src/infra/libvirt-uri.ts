// What the URI of a libvirt says about how its machine is reached.

export interface SshHost {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** libvirt's machine, when it is reached over SSH; undefined for this machine. */
export function sshHostOf(uri: string): SshHost | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, hostname, username, port } = new URL(uri);
  if (!/^qemu\+(lib)?ssh2?:$/.test(protocol) || hostname === '') return undefined;
  return {
    host: hostname,
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(port === '' ? {} : { port: Number(port) }),
  };
}

/** `user@host:port` of libvirt's machine as far as it is written; '' for this machine. */
export function jumpOf(uri: string): string {
  const found = sshHostOf(uri);
  if (found === undefined) return '';
  const { host, user, port } = found;
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}

/** What this libvirt is called on its own machine. */
export function localUri(uri: string): string {
  return sshHostOf(uri) === undefined ? uri : `qemu://${new URL(uri).pathname}`;
}
