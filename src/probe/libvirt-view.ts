// libvirt on the machine that a room of virtual machines stands on: asked by virsh, answered in XML.

import { XMLParser } from 'fast-xml-parser';
import { LabError } from '../error.ts';
import type { Argv } from '../host/host.ts';
import type { ProbeContext } from './probe.ts';

/** An element: attributes and children by name; what may be there several times is a list. */
export interface XmlNode {
  readonly [name: string]: XmlValue | undefined;
}
type XmlValue = string | XmlNode | readonly (string | XmlNode)[];

/** Standard output of virsh. @throws LabError PROBE_FAILED when libvirt can't be asked */
export async function virsh(context: ProbeContext, ...words: readonly string[]): Promise<string> {
  const argv: Argv = ['virsh', '--quiet', ...words];
  const { exitCode, stdout, stderr, timedOut } = await context.node('gateway').run(argv, { env: { LC_ALL: 'C' } });
  if (exitCode === 0) return stdout;
  const why = timedOut ? 'no answer in time' : (stderr.trim().split('\n').at(-1) ?? '');
  throw new LabError('PROBE_FAILED', `${argv.join(' ')}: ${why}`, {
    hint: 'Rooms of driver libvirt have one; see with "podlab status" whether the room is up.',
  });
}

/** Lines of an answer in which each line is a name. */
export async function virshNames(context: ProbeContext, ...words: readonly string[]): Promise<readonly string[]> {
  return (await virsh(context, ...words)).split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** What libvirt may repeat in the documents that are read here. */
const lists = new Set(['host', 'interface', 'disk', 'ip', 'range']);

/** The root element of a document. */
export function parseXml(text: string, root: string): XmlNode {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && lists.has(name),
  });
  return childOf(parser.parse(text), root);
}

/** The child element of that name, the first of a list; an empty one when there is none. */
export function childOf(node: XmlNode, name: string): XmlNode {
  return childrenOf(node, name)[0] ?? {};
}

export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  const value = node[name];
  const all = Array.isArray(value) ? value : [value];
  return all.filter((one): one is XmlNode => typeof one === 'object');
}

/** An attribute, or the text of a child without attributes; '' when there is none. */
export function textOf(node: XmlNode, name: string): string {
  const value = node[name];
  if (typeof value === 'string') return value;
  const text = childOf(node, name)['#text'];
  return typeof text === 'string' ? text : '';
}
