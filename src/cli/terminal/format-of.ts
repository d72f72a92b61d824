// What a stream can show.

import type { TextFormat } from './markdown.ts';
import { hasColor } from './paint.ts';

// Longer lines of prose are hard to read.
const widest = 100;

export function formatOf(stream: NodeJS.WritableStream & { readonly columns?: number }): TextFormat {
  return { color: hasColor(stream), width: Math.min(stream.columns ?? 80, widest) };
}
