// A published manifest as YAML documents in which parts are looked up by kind, name and path: a part that is not there is an
// error that names it, because then the file is not the one that the change was written for.

import { type Document, isMap, isScalar, isSeq, parseAllDocuments, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { LabError } from '../../error.ts';
import type { UpstreamManifest } from './cni-plan.ts';

/** Keys, and for lists of named things, such as containers, the name of one. */
export type ManifestPath = readonly (string | { readonly name: string })[];

/** A map in a manifest, with the words for errors about it. */
export interface Part {
  readonly node: YAMLMap;
  readonly file: string;
  /** Such as `DaemonSet kube-flannel-ds` or `DaemonSet kube-flannel-ds: spec.template`. */
  readonly what: string;
}

export interface Manifest {
  readonly file: string;
  /** One for each object, also those inside a List. */
  readonly objects: readonly YAMLMap[];
  readonly documents: readonly Document[];
}

/** @throws LabError STACK_INVALID when it is no YAML */
export function readManifest({ name, text }: UpstreamManifest): Manifest {
  const documents = parseAllDocuments(text, { prettyErrors: false });
  const read = Array.isArray(documents) ? documents : [];
  const [error] = read.flatMap(({ errors }) => errors);
  if (error !== undefined) throw new LabError('STACK_INVALID', `${name} is not YAML: ${error.message}`);
  return { file: name, documents: read as Document[], objects: read.flatMap(({ contents }) => objectsIn(contents)) };
}

/** The text again, comments included, with documents of our own behind it. */
export function renderManifest({ documents }: Manifest, ...added: readonly object[]): string {
  // Without folds: one in a script would be a change.
  const style = { lineWidth: 0, flowCollectionPadding: false } as const;
  const own = documents.map((document) => document.toString(style).replace(/^---\n/, ''));
  return [...own, ...added.map((object) => stringify(object, { lineWidth: 0 }))].join('---\n');
}

/** @throws LabError STACK_INVALID */
export function objectOf({ objects, file }: Manifest, kind: string, name: string): Part {
  const node = objects.find((one) => one.get('kind') === kind && one.getIn(['metadata', 'name']) === name);
  if (node !== undefined) return { node, file, what: `${kind} ${name}` };
  throw misshapen(file, `${kind} ${name}`, 'there is no such object');
}

/** The map at a path. @throws LabError STACK_INVALID */
export function mapAt(part: Part, path: ManifestPath): Part {
  const node = nodeAt(part, path);
  if (isMap(node)) return { node, file: part.file, what: place(part, path) };
  throw misshapen(part.file, place(part, path), node === undefined ? 'it is not there' : 'it is no map');
}

/** @throws LabError STACK_INVALID */
export function listAt(part: Part, path: ManifestPath): YAMLSeq {
  const node = nodeAt(part, path);
  if (isSeq(node)) return node;
  throw misshapen(part.file, place(part, path), node === undefined ? 'it is not there' : 'it is no list');
}

/** @throws LabError STACK_INVALID */
export function textAt(part: Part, path: ManifestPath): string {
  const node = nodeAt(part, path);
  if (isScalar(node) && typeof node.value === 'string') return node.value;
  throw misshapen(part.file, place(part, path), node === undefined ? 'it is not there' : 'it is no text');
}

/** Puts another text where there is one already. @throws LabError STACK_INVALID */
export function setText(part: Part, path: ManifestPath, value: string): void {
  textAt(part, path);
  const node = nodeAt(part, path);
  if (isScalar(node)) node.value = value;
}

export function misshapen(file: string, what: string, why: string): LabError {
  return new LabError('STACK_INVALID', `${file}: looked for ${what}, and ${why}`, {
    hint: 'podlab changes the version that docs/cni.md names; leave podlab:cni manifest out, or give that one.',
  });
}

function objectsIn(contents: unknown): readonly YAMLMap[] {
  if (!isMap(contents)) return [];
  const items = contents.get('items', true);
  return contents.get('kind') === 'List' && isSeq(items) ? items.items.filter(isMap) : [contents];
}

function nodeAt({ node }: Part, path: ManifestPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof step === 'string') return isMap(at) ? at.get(step, true) : undefined;
    return isSeq(at) ? at.items.find((item) => isMap(item) && item.get('name') === step.name) : undefined;
  }, node);
}

function place({ what }: Part, path: ManifestPath): string {
  const words = path.map((step) => (typeof step === 'string' ? `.${step}` : `[${step.name}]`)).join('');
  return `${what}${what.includes(': ') ? '' : ': '}${what.includes(': ') ? words : words.replace(/^\./, '')}`;
}
