// A person's kubeconfig: one of its contexts, with everything inside that it names as files.

import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { LabError } from '../../error.ts';

interface Named {
  readonly name: string;
}

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly clusters?: readonly (Named & { readonly cluster: Readonly<Record<string, unknown>> })[];
  readonly users?: readonly (Named & { readonly user: Readonly<Record<string, unknown>> })[];
  readonly contexts?: readonly (Named & { readonly context: { readonly cluster: string; readonly user: string } })[];
}

/** What a kubeconfig may name as a file → where the same stands inside it, in base64. */
const files = [
  ['certificate-authority', 'certificate-authority-data'],
  ['client-certificate', 'client-certificate-data'],
  ['client-key', 'client-key-data'],
] as const;

/**
 * @param path absolute; the files that it names are relative to it
 * @param context '' for the current one
 * @param read undefined for a file that isn't there
 * @throws LabError NOT_FOUND, USAGE
 */
export function ownKubeconfig(path: string, context: string, read: (path: string) => string | undefined): string {
  const text = read(path);
  if (text === undefined) {
    throw new LabError('NOT_FOUND', `there is no kubeconfig ${path}`, {
      hint: 'Write podlab:existing: { kubeconfig: … } into the stack file; the path is relative to it.',
    });
  }
  const all = parsed(path, text);
  const name = context || (all['current-context'] ?? '');
  const contexts = all.contexts ?? [];
  const chosen = contexts.find((one) => one.name === name)?.context;
  const cluster = all.clusters?.find((one) => one.name === chosen?.cluster);
  const user = all.users?.find((one) => one.name === chosen?.user);
  if (chosen === undefined || cluster === undefined || user === undefined) {
    const what = name === '' ? 'no current context' : `no context ${JSON.stringify(name)} with a cluster and a user`;
    throw new LabError('NOT_FOUND', `${path} has ${what}`, {
      hint: `Write podlab:existing: { context: … }, with one of: ${contexts.map((one) => one.name).join(', ')}.`,
    });
  }
  const inside = (record: Readonly<Record<string, unknown>>) => withFilesInside(record, dirname(path), read);
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: chosen }],
    clusters: [{ name: cluster.name, cluster: inside(cluster.cluster) }],
    users: [{ name: user.name, user: inside(user.user) }],
  });
}

function parsed(path: string, text: string): Kubeconfig {
  try {
    const value: unknown = parse(text);
    if (typeof value === 'object' && value !== null) return value as Kubeconfig;
  } catch {
    // Said below.
  }
  throw new LabError('USAGE', `${path} is not a kubeconfig`, { hint: 'See with: kubectl config view' });
}

function withFilesInside(
  record: Readonly<Record<string, unknown>>,
  dir: string,
  read: (path: string) => string | undefined,
): Record<string, unknown> {
  const inside: Record<string, unknown> = { ...record };
  for (const [asFile, asData] of files) {
    const named = record[asFile];
    if (typeof named !== 'string' || named === '') continue;
    const text = read(resolve(dir, named));
    if (text === undefined) throw new LabError('NOT_FOUND', `the kubeconfig's ${asFile} is not there: ${named}`);
    delete inside[asFile];
    inside[asData] ??= Buffer.from(text).toString('base64');
  }
  if (typeof record.tokenFile === 'string') inside.tokenFile = resolve(dir, record.tokenFile);
  return inside;
}
