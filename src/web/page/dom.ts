// What views are made of.

import htm from 'htm';
import { h, type VNode } from 'preact';

type Template = (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

// The package describes its default export as if it were CommonJS.
const { bind } = Function.prototype;

/** A template as a tree of elements. Values become text or properties, never HTML. */
export const html = bind.call(htm as never, h) as Template;

export type View = VNode | string | undefined;
