// The checksum list of a directory tree: a line for each file, the same wherever and whenever the tree was made.

import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../toolchain/hash-file.ts';

/**
 * `mode owner:group what path`, sorted by path; `what` is the SHA-256 of a file, `-> target` of a link, or the kind of others.
 * Times are left out.
 *
 * @param except directories below it, as `/a/b`, of which only the text given here is noted
 */
export async function listContents(root: string, except: Readonly<Record<string, string>> = {}): Promise<string> {
  const lines: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const at = join(root, path);
    const stat = lstatSync(at);
    const note = except[path];
    const what = note ?? (stat.isSymbolicLink() ? `-> ${readlinkSync(at)}` : await contentOf(at, stat));
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
    lines.push(`${mode} ${stat.uid}:${stat.gid} ${what} ${path}\n`);
    if (!stat.isDirectory() || note !== undefined) return;
    // By code units, whatever the locale.
    for (const name of readdirSync(at).sort()) await visit(join(path, name));
  };
  await visit('/');
  return lines.join('');
}

async function contentOf(
  at: string,
  stat: { isFile(): boolean; isDirectory(): boolean; readonly rdev: number },
): Promise<string> {
  if (stat.isFile()) return hashFile(at);
  return stat.isDirectory() ? 'directory' : `special:${stat.rdev}`;
}
