// The checksum of a file, without having it in memory.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** In hexadecimal. */
export async function hashFile(path: string, algorithm: 'sha256' | 'sha512' = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
