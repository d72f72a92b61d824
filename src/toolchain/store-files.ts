// What every file of a containerd root was when it was built: containerd checks nothing of what it has unpacked.

import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from './hash-file.ts';

/** Path below the root → SHA-256 of a file, or `-> TARGET` of a link. */
export type FileList = Readonly<Record<string, string>>;

export async function listFiles(root: string): Promise<FileList> {
  const list: Record<string, string> = {};
  for (const path of pathsIn(root)) list[path] = await contentOf(join(root, path));
  return list;
}

/**
 * Reads every byte.
 *
 * @param text the list as JSON
 * @returns the first file that is not what the list says; undefined when all are
 */
export async function damageOf(root: string, text: string | undefined): Promise<string | undefined> {
  const list = parse(text);
  if (list === undefined) return 'there is no list of their checksums';
  const present = new Set(pathsIn(root));
  for (const [path, content] of Object.entries(list)) {
    if (!present.delete(path)) return `${path} is missing`;
    if ((await contentOf(join(root, path))) !== content) return `the content of ${path} is not what it was`;
  }
  const [extra] = present;
  return extra === undefined ? undefined : `${extra} does not belong there`;
}

async function contentOf(path: string): Promise<string> {
  return lstatSync(path).isSymbolicLink() ? `-> ${readlinkSync(path)}` : hashFile(path);
}

/** Files and links, sorted; no devices are among them, for no image has any. */
function pathsIn(root: string): readonly string[] {
  const paths: string[] = [];
  const directories = [''];
  // Node's own recursion enters links to directories: that of an image's /var/run is the /run of this machine.
  for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
    for (const entry of readdirSync(join(root, at), { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) directories.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
    }
  }
  return paths.sort();
}

function parse(text: string | undefined): FileList | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as FileList);
  } catch {
    return undefined;
  }
}
