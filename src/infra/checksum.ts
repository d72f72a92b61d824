// Checksums as a stack file writes them: `sha256:` or `sha512:`, which is what distributions publish.

import { LabError } from '../error.ts';

export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512';
  /** Lower case. */
  readonly hex: string;
}

const lengths = { sha256: 64, sha512: 128 } as const;

/** @param key where it was written, for the error. @throws LabError USAGE */
export function parseChecksum(text: string, key: string): Checksum {
  const [, word = '', hex = ''] = /^(sha256|sha512):([0-9a-f]+)$/i.exec(text.trim()) ?? [];
  const algorithm = word.toLowerCase() as Checksum['algorithm'];
  if (hex !== '' && hex.length === lengths[algorithm]) return { algorithm, hex: hex.toLowerCase() };
  throw new LabError('USAGE', `${key}: ${JSON.stringify(text)} is no checksum`, {
    hint: 'Write sha256: and 64 hexadecimal digits, or sha512: and 128, as the project of the image publishes them.',
  });
}
