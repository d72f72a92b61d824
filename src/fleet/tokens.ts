// Tokens of seats and instructors: random, kept as hashes only, compared in constant time.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 160 bits: nobody guesses one, and it still fits on a card (27 characters of base64url). */
export function newToken(): string {
  return randomBytes(20).toString('base64url');
}

/** sha256, hex. A plain hash is enough for what is random itself. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function isToken(token: string, hash: string): boolean {
  return hash.length === 64 && timingSafeEqual(Buffer.from(hashToken(token)), Buffer.from(hash));
}
